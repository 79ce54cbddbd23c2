using System.Text.Json;
using Executor.Cli;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Driving.Sizes;
using Executor.Hosting;
using Executor.Sizing.History;
using Executor.TestKit;
using Xunit;

namespace Executor.Tests.Cli;

/// <summary>The commands on what the store holds of sizing, against the embedded store.</summary>
public sealed class SizingStoreCommandTests : IDisposable
{
    private readonly TemporaryDirectory _state = new("sizing-store-commands-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task Classes_are_shown_with_what_an_attempt_would_get()
    {
        Assert.StartsWith("no class is known: ", (await RunAsync("show")).Out, StringComparison.Ordinal);
        await SeeAsync("one", 3, ("w/a", 8, 100), ("shared", 1, 40));
        await SeeAsync("two", 0, ("shared", 2, 50));

        var lines = (await RunAsync("show")).Out.Split('\n');
        Assert.Matches("^CLASS +ATTEMPTS +LARGEST PEAK +CORES +WOULD GET +BY$", lines[0]);
        Assert.Matches(@"^shared +3 +50\.0 MiB +0\.50 +\d+ MiB +young$", lines[1]);
        Assert.Matches(@"^w/a +8 +100 MiB +0\.50 +\d+ MiB +[a-z]+$", lines[2]);
    }

    [Fact]
    public async Task A_class_that_is_reset_is_forgotten_in_all_runs_and_others_are_not()
    {
        await SeeAsync("one", 3, ("w/a", 8, 100), ("shared", 1, 40));
        await SeeAsync("two", 0, ("shared", 2, 50));

        Assert.Equal((ExitCodes.Succeeded, "shared: forgot 3 attempts in 2 runs\n", ""), await RunAsync("reset", "shared"));
        Assert.Equal([("w/a", 8)], await ClassesAsync());
        Assert.Equal((ExitCodes.Succeeded, "w/a: forgot 8 attempts in 1 run\n", ""), await RunAsync("reset", "--all"));
        Assert.Empty(await ClassesAsync());
    }

    [Fact]
    public async Task What_is_seen_after_a_reset_counts_and_is_forgotten_by_the_next()
    {
        await SeeAsync("one", 3, ("w/a", 8, 100));
        await RunAsync("reset", "w/a");
        await SeeAsync("one", 4, ("w/a", 2, 100));
        Assert.Equal([("w/a", 2)], await ClassesAsync());

        var json = JsonDocument.Parse((await RunAsync("reset", "w/a", "--output", "json")).Out).RootElement;
        Assert.Equal(("w/a", 1, 2), (json.GetProperty("class").GetString(), json.GetProperty("runs").GetInt32(), json.GetProperty("attempts").GetInt32()));
        Assert.Empty(await ClassesAsync());
    }

    [Fact]
    public async Task Resets_of_several_classes_add_up()
    {
        await SeeAsync("one", 3, ("a", 1, 100), ("b", 1, 100), ("c", 1, 100));
        await RunAsync("reset", "a");
        await RunAsync("reset", "b");
        Assert.Equal([("c", 1)], await ClassesAsync());
    }

    [Fact]
    public async Task A_class_of_which_nothing_is_known_is_told_and_the_others_are_reset()
    {
        await SeeAsync("one", 3, ("a", 1, 100));
        var (code, output, error) = await RunAsync("reset", "a", "nosuch");
        Assert.Equal((ExitCodes.InvalidInput, "a: forgot 1 attempt in 1 run\n"), (code, output));
        Assert.Equal("executor: nothing is known of class nosuch; `executor sizing show` has those of which something is\n", error);
    }

    [Theory]
    [InlineData]
    [InlineData("a", "--all")]
    public async Task A_reset_is_of_classes_or_of_all(params string[] arguments)
    {
        var (code, _, error) = await RunAsync(["reset", .. arguments]);
        Assert.Equal(ExitCodes.InvalidInput, code);
        Assert.Contains("expected either task classes or --all", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_part_of_a_history_costs_that_part_and_a_damaged_reset_forgets_nothing()
    {
        await SeeAsync("one", 3, ("a", 5, 100));
        await PutAsync("one", RecordKeys.Sizing(RecordKeys.SizingSeen, 4, 0), "{\"v\":1,\"classes\":[]}"u8.ToArray());
        await PutAsync("one", RecordKeys.SizingResetAt(0), "nonsense"u8.ToArray());

        var (code, output, error) = await RunAsync("show", "--output", "json");
        Assert.Equal(ExitCodes.Succeeded, code);
        Assert.Equal(5, JsonDocument.Parse(output).RootElement.GetProperty("attempts").GetInt32());
        Assert.Equal(
            ["executor: sizing: sizing/seen/0000000004.0000 of run one cannot be read, and is left out", "executor: sizing: sizing/reset/000000 of run one cannot be read, and is left out"],
            error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[..(line.IndexOf("left out", StringComparison.Ordinal) + 8)]));

        Assert.Equal("a: forgot 5 attempts in 1 run\n", (await RunAsync("reset", "a")).Out);
        Assert.Empty(await ClassesAsync());
    }

    private async Task<IEnumerable<(string?, int)>> ClassesAsync() =>
        [.. (await RunAsync("show", "--output", "json")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Select(row => (row.GetProperty("class").GetString(), row.GetProperty("attempts").GetInt32()))];

    // As a driver of the run leaves it.
    private Task SeeAsync(string run, long epoch, params (string Class, int Attempts, int Mebibytes)[] classes) => PutAsync(
        run,
        RecordKeys.Sizing(RecordKeys.SizingSeen, epoch, 0),
        SizingRecords.Write([.. classes.SelectMany(seen => Enumerable.Repeat(new ClassObservation(seen.Class, new Observation(null, (long)seen.Mebibytes << 20, 10) { Cores = 0.5 }), seen.Attempts))]));

    private async Task PutAsync(string run, string key, byte[] value)
    {
        await using var store = await StoreConnection.OpenAsync(StoreAddress.Embedded, StateDirectory.Open(_state.Path), Token);
        Assert.Null(await store.Records.CreateAsync(run, key, value, Token));
    }

    private async Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await CommandLineProgram.RunAsync(["sizing", .. args, "--state", _state.Path], new CliConsole(output, error), Token);
        return (code, output.ToString(), error.ToString());
    }
}
