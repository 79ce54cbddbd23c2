using System.Text;
using Executor.Driving;
using Executor.Running.Steps;
using Executor.TestKit;
using Xunit;

namespace Executor.Tests.Running.Steps;

public sealed class TerminationMessageTests
{
    [Fact]
    public void A_run_that_succeeded_says_so_in_one_line()
    {
        Assert.Equal("run sales-1 succeeded: report.table 1,234 rows, audit.rows 0 rows", TerminationMessage.Render(Summaries.Succeeded));
        Assert.Equal("run sales-1 succeeded: no results", TerminationMessage.Render(Summaries.Succeeded with { Results = [] }));
    }

    [Fact]
    public void A_run_that_failed_says_what_failed_and_the_last_lines_of_the_log() => Assert.Equal(
        """
        run sales-1 failed (exit code 1)
        extract[0] failed at attempt 3: exit code 3
        extract[1] failed at attempt 3: exit code 3
        last lines of its log:
        reading day 3
        there is no day 3
        """,
        TerminationMessage.Render(Summaries.Failed("reading day 3\nthere is no day 3\n", count: 2)),
        ignoreLineEndingDifferences: true);

    [Fact]
    public void What_does_not_fit_is_cut_from_the_front_of_the_log_and_the_end_of_the_list()
    {
        var log = string.Concat(Enumerable.Range(0, 1000).Select(line => $"Zeile {line} mit Ä\n"));

        var message = TerminationMessage.Render(Summaries.Failed(log, count: 1000, reason: new string('é', 3000)));

        Assert.InRange(Encoding.UTF8.GetByteCount(message), TerminationMessage.MaxBytes - 40, TerminationMessage.MaxBytes);
        Assert.StartsWith("run sales-1 failed (exit code 1)\nextract[0] failed at attempt 3: éé", message);
        Assert.Contains("...\nlast lines of its log:\nZeile ", message);
        Assert.EndsWith("Zeile 999 mit Ä", message);
    }

    [Fact]
    public void More_failures_than_are_listed_are_counted()
    {
        var message = TerminationMessage.Render(Summaries.Failed(count: 1000));

        Assert.Contains("\nextract[4] failed at attempt 3: exit code 3\n... and 995 more failures", message);
        Assert.DoesNotContain("extract[5]", message);
    }

    [Fact]
    public void A_message_always_fits()
    {
        var random = new Random(20260102);
        const string Alphabet = "a\nä日\uD83D\uDE00\uD800";
        for (var round = 0; round < 500; round++)
        {
            var message = TerminationMessage.Render(Summaries.Failed(Text(), random.Next(1, 200), Text()));
            Assert.True(Encoding.UTF8.GetByteCount(message) <= TerminationMessage.MaxBytes, $"round {round}");
            Assert.True(Encoding.UTF8.GetByteCount(TerminationMessage.Render(new RunSummary { ExitCode = 2, Message = Text() })) <= TerminationMessage.MaxBytes, $"round {round}");
        }

        string Text() => string.Concat(Enumerable.Range(0, random.Next(0, 6000)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
    }

    [Theory]
    [InlineData(RunEnd.Cancelled, 143, "run sales-1 was cancelled (exit code 143)")]
    [InlineData(RunEnd.Left, 143, "run sales-1 was left, its attempts go on (exit code 143)")]
    [InlineData(null, 3, "run sales-1 could not go on (exit code 3)\nexecutor: there is no store")]
    internal void A_command_that_could_not_go_on_says_why(RunEnd? end, int exitCode, string message) => Assert.Equal(
        message,
        TerminationMessage.Render(new RunSummary { Run = "sales-1", End = end, ExitCode = exitCode, Message = end is null ? "executor: there is no store\n" : null }));

    [Fact]
    public void The_file_keeps_its_identity_because_it_is_mounted()
    {
        using var folder = new TemporaryDirectory("executor-termination-");
        var path = folder.Write("termination-log", new string('x', 5000));
        using var mounted = File.OpenRead(path);

        TerminationMessage.Write(path, Summaries.Succeeded);

        using var reader = new StreamReader(mounted);
        Assert.Equal(TerminationMessage.Render(Summaries.Succeeded), reader.ReadToEnd());
    }
}
