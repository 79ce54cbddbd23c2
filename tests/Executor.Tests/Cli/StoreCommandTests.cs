using System.Text.Json;
using Executor.Cli;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Hosting;
using Executor.TestKit;
using Xunit;

namespace Executor.Tests.Cli;

/// <summary>The commands on what the store holds, against the embedded store.</summary>
public sealed class StoreCommandTests : IDisposable
{
    private readonly TemporaryDirectory _state = new("store-commands-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task Runs_are_listed_with_what_they_take()
    {
        await MakeAsync("one", 3);
        await MakeAsync("two", 1);
        var (code, output, _) = await RunAsync("ls", "--output", "json");
        Assert.Equal(ExitCodes.Succeeded, code);
        var rows = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal([("one", 3), ("two", 1)], rows.Select(row => (row.GetProperty("run").GetString(), row.GetProperty("records").GetInt32())));
        Assert.True(rows[0].GetProperty("begun").GetDateTime() <= rows[1].GetProperty("begun").GetDateTime());

        var lines = (await RunAsync("ls")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches(@"^RUN +BEGUN \(UTC\) +OBJECTS +BYTES$", lines[0]);
        Assert.Matches(@"^one +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +3 +54 B$", lines[1]);
    }

    [Fact]
    public async Task A_runs_cost_is_told_by_the_prices_that_are_given()
    {
        await MakeAsync("one", 4);
        var json = JsonDocument.Parse((await RunAsync("cost", "one", "--output", "json", "--put-price", "1000", "--get-price", "0", "--storage-price", "1073741824")).Out).RootElement;
        var (puts, lists) = (json.GetProperty("puts").GetInt64(), json.GetProperty("lists").GetInt64());
        Assert.Equal(4, puts);
        Assert.Equal(puts + lists, json.GetProperty("requestDollars").GetDouble());
        Assert.Equal(4 * 18, json.GetProperty("storageDollarsPerMonth").GetDouble());

        var text = (await RunAsync("cost", "one")).Out;
        Assert.Contains("run one: $0.00", text, StringComparison.Ordinal);
        Assert.Contains("72 B in 4 objects", text, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^PUT +4 +72 B +\$0\.0000200$", text);
    }

    [Theory]
    [InlineData("--put-price", "-1")]
    [InlineData("--get-price", "NaN")]
    [InlineData("--storage-price", "much")]
    public async Task A_price_that_is_none_is_told(string option, string value)
    {
        var (code, _, error) = await RunAsync("cost", "one", option, value);
        Assert.Equal(ExitCodes.InvalidInput, code);
        Assert.Contains(option, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stat_tells_of_a_run_without_outputs()
    {
        await MakeAsync("one", 2);
        Assert.Equal("run one: 0 segments of 0 B, 2 records of 36 B, 0 sealed outputs with 0 partitions\n", (await RunAsync("stat", "one")).Out);
    }

    [Theory]
    [InlineData("y", ExitCodes.Succeeded, 0)]
    [InlineData("n", ExitCodes.Failed, 2)]
    [InlineData("", ExitCodes.Failed, 2)]
    [InlineData(null, ExitCodes.Failed, 2)]
    public async Task Rm_asks_once_for_all_runs(string? answer, int expected, int left)
    {
        await MakeAsync("one", 1);
        await MakeAsync("two", 1);
        var (code, _, error) = await AnswerAsync(answer, "rm", "one", "two");
        Assert.Equal(expected, code);
        Assert.Contains("delete the 2 runs one, two? [y/N]", error, StringComparison.Ordinal);
        Assert.Equal(left, (await RunAsync("ls")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length - 1);
    }

    [Fact]
    public async Task Rm_deletes_nothing_if_one_of_the_runs_is_not_there()
    {
        await MakeAsync("one", 1);
        var (code, _, error) = await RunAsync("rm", "one", "nosuch", "--yes");
        Assert.Equal(ExitCodes.InvalidInput, code);
        Assert.Contains("there is no run nosuch", error, StringComparison.Ordinal);
        Assert.Contains("one", (await RunAsync("ls")).Out, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Succeeded, "run one is deleted\n", ""), await RunAsync("rm", "one", "one", "--yes"));
    }

    private async Task MakeAsync(string run, int records)
    {
        await using var store = await StoreConnection.OpenAsync(StoreAddress.Embedded, StateDirectory.Open(_state.Path), Token);
        for (var i = 0; i < records; i++)
        {
            await store.Records.CreateAsync(run, RecordKeys.Blob($"b{i}"), new byte[1], Token);
        }
    }

    private Task<(int Code, string Out, string Error)> RunAsync(params string[] args) => AnswerAsync(null, args);

    private async Task<(int Code, string Out, string Error)> AnswerAsync(string? answer, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        using var input = new StringReader(answer is null ? "" : answer + "\n");
        var code = await CommandLineProgram.RunAsync(["store", .. args, "--state", _state.Path], new CliConsole(output, error) { In = input }, Token);
        return (code, output.ToString(), error.ToString());
    }
}
