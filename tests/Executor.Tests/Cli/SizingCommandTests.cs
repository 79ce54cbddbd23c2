using System.Text.Json;
using Executor.Cli;
using Executor.Contracts.Reporting;
using Executor.TestKit;
using Executor.Tests.Sizing;
using Xunit;

namespace Executor.Tests.Cli;

public sealed class SizingCommandTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new("sizing-command-");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_replay_shows_every_way_of_sizing_for_each_workflow_and_for_all()
    {
        var (one, two) = (Written("one.tsv", 1), Written("two.tsv", 2));
        var (code, text, error) = await RunAsync(one, two);
        Assert.Equal((ExitCodes.Succeeded, ""), (code, error));
        var lines = text.Split('\n');
        Assert.Matches(@"^WORKFLOW +TASKS +USED GB·h +SIZED BY +WASTED GB·h +OF IT LOST +MAQ +FIRST TRY FAILED$", lines[0]);
        Assert.Matches(@"^one +750 +[\d,.]+ +presets +[\d,.]+ +0\.0 +0\.\d{3} +0\.0%$", lines[1]);
        Assert.Matches(@"^ +executor +[\d,.]+ +[\d,.]+ +0\.\d{3} +\d\.\d%$", lines[5]);
        Assert.Matches(@"^all +1,500 ", lines[11]);
    }

    [Fact]
    public async Task Json_has_a_line_for_each_workflow_and_inputs_help_where_they_may_be_seen()
    {
        var trace = Written("one.tsv", 1);
        var blind = JsonDocument.Parse((await RunAsync(trace, "-o", "json")).Out).RootElement;
        var seeing = JsonDocument.Parse((await RunAsync(trace, "-o", "json", "--input-size", "rchar")).Out).RootElement;
        Assert.Equal(("one", 750), (blind.GetProperty("workflow").GetString(), blind.GetProperty("tasks").GetInt32()));
        Assert.Equal(["presets", "witt-p95", "vpa", "ponder", "executor"], blind.GetProperty("sizers").EnumerateObject().Select(sizer => sizer.Name));
        Assert.True(Wasted(seeing, "executor") < Wasted(blind, "executor"));
        Assert.Equal(Wasted(blind, "ponder"), Wasted(seeing, "ponder"));

        static double Wasted(JsonElement row, string sizer) => row.GetProperty("sizers").GetProperty(sizer).GetProperty("wastedGigabyteHours").GetDouble();
    }

    [Theory]
    [InlineData("process,status,start,complete,realtime,peak_rss\na,COMPLETED,1,2,1,lots\n", ":2: column peak_rss: found 'lots', expected bytes")]
    [InlineData("process,status,start,complete,realtime,peak_rss\na,FAILED,1,2,1,5\n", ": found no completed task with a peak and a run time")]
    [InlineData(null, "bad.csv")]
    public async Task A_trace_that_cannot_be_read_is_one_clear_error(string? content, string expected)
    {
        var file = Path.Combine(_folder.Path, "bad.csv");
        if (content is not null)
        {
            await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);
        }

        var (code, text, error) = await RunAsync(file);
        Assert.Equal((ExitCodes.InvalidInput, ""), (code, text));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private string Written(string name, int seed)
    {
        var file = Path.Combine(_folder.Path, name);
        File.WriteAllText(file, SyntheticTrace.Text(seed));
        return file;
    }

    private static async Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await CommandLineProgram.RunAsync(["sizing", "replay", .. args], new CliConsole(output, error), TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
