using System.Text.Json;
using Executor.Contracts.Identity;
using Executor.Driving;
using Executor.Outcomes;
using Executor.Planning;
using Executor.Running;
using Executor.TestKit;
using Executor.Tests.Planning;
using Xunit;

namespace Executor.Tests.Running;

/// <summary>How a run that failed says so.</summary>
public sealed class FailureOutputTests
{
    private const string Advice = "kubectl -n batch get events --field-selector involvedObject.name=nightly-work-0";
    private readonly RunPlan _plan = TestPlans.PlanTasks("    - {name: work, command: [x]}");

    [Fact]
    public void Under_each_failure_stand_the_logs_last_lines_and_the_commands_that_show_more()
    {
        var log = new StringWriter { NewLine = "\n" };
        new TextRunOutput(TextWriter.Null, log, new ManualTime()).Finished("nightly", Result(), new AttemptSums(_plan), TimeSpan.FromSeconds(3), 1);
        Assert.Contains("work[0] failed after 3 attempts: exit code 3\n", log.ToString(), StringComparison.Ordinal);
        Assert.Matches($"    Traceback\n.*    KeyError\n.*    see: executor logs nightly 'work\\[0\\]'\n.*    see: {Advice}\n", log.ToString());
        Assert.Equal(2, log.ToString().Split("see:").Length - 1);
    }

    [Fact]
    public void What_is_told_before_the_run_has_begun_is_timed_from_the_beginning_of_the_command()
    {
        var log = new StringWriter { NewLine = "\n" };
        var time = new ManualTime();
        time.Advance(TimeSpan.FromHours(17));
        var output = new TextRunOutput(TextWriter.Null, log, time);
        time.Advance(TimeSpan.FromSeconds(2));
        output.Notice("starting a shuffle store");
        Assert.Equal("  2.00s  starting a shuffle store\n", log.ToString());
    }

    [Fact]
    public void Programs_get_both_as_fields()
    {
        var written = new StringWriter();
        new JsonRunOutput(written).Finished("nightly", Result(), new AttemptSums(_plan), TimeSpan.FromSeconds(3), 1);
        var failures = JsonDocument.Parse(written.ToString()).RootElement.GetProperty("failures");
        Assert.Equal("Traceback\nKeyError\n", failures[0].GetProperty("logTail").GetString());
        Assert.Equal(Advice, failures[0].GetProperty("advice").GetString());
        Assert.False(failures[1].TryGetProperty("advice", out _));
    }

    private static RunResult Result() => new(
        RunEnd.Failed,
        null,
        [
            new RunFailure(new AttemptId("nightly", "work", 0, 0, 3), AttemptCause.Failed, "exit code 3", 3, null, "Traceback\nKeyError\n") { Advice = Advice },
            new RunFailure(null, null, "no attempt's", null, null, null),
        ],
        2,
        new RunProgress(default, []),
        []);
}
