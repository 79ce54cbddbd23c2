using System.Text.Json;
using EndToEnd.Tests.Harness;
using Executor.TestKit;
using Xunit;

namespace EndToEnd.Tests.Sizing;

/// <summary>A task whose memory grows with its input, run again and again: what it is given follows what it used.</summary>
public sealed class SizingTests(ITestOutputHelper log) : IAsyncDisposable
{
    private const int Partitions = 12;
    private const long Asked = 1L << 30;
    private static readonly string Workflow = File.ReadAllText(Repository.PathOf("examples", "sizing", "workflow.yaml"));
    private readonly Workspace _workspace = new();

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();

    [Fact]
    public async Task The_second_run_wastes_at_most_two_fifths_of_the_first_and_a_doubled_input_does_not_fall_over()
    {
        const int Seed = 1;
        var random = new Random(Seed);

        var first = await RunAsync("first", Sizes(random, 1), mode: "recommend");
        var second = await RunAsync("second", Sizes(random, 1));
        var third = await RunAsync("doubled", Sizes(random, 2));

        Assert.All(first, attempt => Assert.Equal(Asked, attempt.Given));
        Assert.All(second, attempt => Assert.Equal("Succeeded", attempt.Cause));
        Assert.Equal((Partitions, Partitions), (first.Count, second.Count));
        log.WriteLine($"{Wasted(first):0.00} GB wasted, then {Wasted(second):0.00} GB, and {Wasted(third):0.00} GB with twice the input");
        Assert.True(Wasted(second) <= 0.4 * Wasted(first), $"{Wasted(second):0.00} GB and {Wasted(first):0.00} GB wasted, seed {Seed}");
        Assert.Equal(Partitions, third.Count(attempt => attempt.Cause == "Succeeded"));

        var shown = (await _workspace.ExecutorAsync("sizing", "show")).Expect(0);
        Assert.Matches(@"(?m)^growing/use +\d+ +\d+ MiB ", shown.Output);
        var explained = (await _workspace.ExecutorAsync("sizing", "explain", "second", "use[5]")).Expect(0);
        Assert.Matches(@"^use\[5\] attempt 1: \d+ MiB, where 1 GiB is asked for; input [\d.]+ [KM]iB$", explained.OutputLines[0]);
        Assert.Matches("^  [a-z]+: [0-9.]+ MiB: [a-z]+ says .* after [0-9]+ attempts, and has cost least so far", explained.OutputLines[1]);
        Assert.Matches("^  others: [a-z]+ [0-9.]+ MiB, ", explained.OutputLines[2]);

        // The same stands beside what each attempt used.
        var decided = (await _workspace.ExecutorAsync("sizing", "explain", "second", "use", "--output", "json")).Expect(0).OutputLines
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(one => one.GetProperty("index").GetInt32(), one => (one.Text("expert"), one.GetProperty("modelBytes").GetInt64()));
        var rows = (await _workspace.ExecutorAsync("report", "second", "--output", "json", "--rows")).Expect(0).OutputLines
            .SkipLast(1).Select(line => JsonDocument.Parse(line).RootElement).Where(row => row.Text("task") == "use").ToList();
        Assert.Equal(Partitions, rows.Count);
        Assert.All(rows, row => Assert.Equal(decided[row.GetProperty("index").GetInt32()], (row.Text("sizing_expert"), row.GetProperty("sizing_memory_bytes").GetInt64())));
        Assert.All(rows, row => Assert.Equal(JsonValueKind.Null, row.GetProperty("sizing_vpa_bytes").ValueKind));
    }

    [Fact]
    public async Task Where_nothing_is_known_one_instance_goes_ahead_and_the_others_are_given_less_than_they_ask_for()
    {
        var attempts = await RunAsync("cold", Sizes(new Random(3), 1));

        Assert.Equal(("Succeeded", Asked), (attempts[0].Cause, attempts[0].Given));
        Assert.Equal(Partitions, attempts.Count(attempt => attempt.Cause == "Succeeded"));
        Assert.All(attempts.Skip(1), attempt => Assert.InRange(attempt.Given, 1, Asked));
        Assert.True(Wasted(attempts) <= 0.5 * Partitions * Asked / 1e9, $"{Wasted(attempts):0.00} GB wasted");
    }

    [Fact]
    public async Task A_history_that_is_damaged_is_told_and_the_run_begins_anew()
    {
        await RunAsync("first", Sizes(new Random(1), 0.1));
        foreach (var file in StoreFolder.Objects(Path.Combine(_workspace.State, "store"), "first", "sizing/seen"))
        {
            await File.WriteAllTextAsync(file, "nonsense", TestContext.Current.CancellationToken);
        }

        var notices = new List<string>();
        var second = await RunAsync("second", Sizes(new Random(1), 0.1), notices);

        Assert.Contains(notices, notice => notice.StartsWith("sizing: sizing/seen/", StringComparison.Ordinal) && notice.Contains(" of run first cannot be read, and is left out: ", StringComparison.Ordinal));
        Assert.Equal(Asked, second[0].Given);
        Assert.Equal(Partitions, second.Count(attempt => attempt.Cause == "Succeeded"));
    }

    [Fact]
    public async Task A_patch_of_the_workflow_saves_what_it_says()
    {
        string Write(string memory) => _workspace.WriteWorkflow(
            $$"""
            tasks:
              - name: hold
                fanOut: {count: 2}
                resources: {memory: {{memory}}}
                script: head -c 60000000 /dev/zero | tail -n 1 > /dev/null
            """);
        (await _workspace.ExecutorAsync("run", Write("2Gi"), "--run-id", "generous")).Expect(0);

        var patch = (await _workspace.ExecutorAsync("sizing", "patch", "generous", "--core-hour-price", "0")).Expect(0);
        var change = JsonDocument.Parse((await _workspace.ExecutorAsync("sizing", "patch", "generous", "--core-hour-price", "0", "--output", "json")).Expect(0).Output).RootElement;
        var value = change.GetProperty("value").GetString()!;
        Assert.Matches("^# run generous: these changes would have saved ", patch.OutputLines[0]);
        Assert.Equal(["spec:", "  tasks:", "  - name: hold", "    resources:", $"      memory: {value}"], patch.OutputLines.SkipWhile(line => line.StartsWith('#')));
        Assert.Contains("advice: memory of hold from 2 GiB to ", (await _workspace.ExecutorAsync("report", "generous")).Expect(0).Output, StringComparison.Ordinal);

        (await _workspace.ExecutorAsync("run", Write(value), "--run-id", "patched")).Expect(0);
        Assert.DoesNotContain("OutOfMemory", (await _workspace.ExecutorAsync("report", "patched", "--output", "json", "--rows")).Expect(0).Output, StringComparison.Ordinal);
    }

    private static string Sizes(Random random, double scale) =>
        string.Join(' ', Enumerable.Range(0, Partitions).Select(_ => (int)(random.Next(4_000, 10_000) * scale)));

    // Given and not used, without the time for which it was held, which would let a busy machine decide; all that was given of an attempt that ran out of memory.
    private static double Wasted(IEnumerable<SizedAttempt> attempts) => attempts.Sum(attempt => attempt.Cause == "Succeeded" ? attempt.Given - attempt.Peak : attempt.Given) / 1e9;

    private async Task<IReadOnlyList<SizedAttempt>> RunAsync(string run, string sizes, List<string>? notices = null, string mode = "apply")
    {
        var workflow = _workspace.Write($"{mode}.yaml", Workflow.Replace("sizing: apply", $"sizing: {mode}", StringComparison.Ordinal));
        var events = RunEvents.Parse((await _workspace.ExecutorAsync("run", workflow, "--parameter", $"sizes={sizes}", "--run-id", run, "--output", "json")).Expect(0));
        notices?.AddRange(events.Named("notice").Select(notice => notice.Text("message")!));
        List<SizedAttempt> attempts =
        [
            .. events.Named("attempt").Where(attempt => attempt.Text("task") == "use").Select(attempt => new SizedAttempt(
                attempt.Text("cause")!,
                attempt.Number("memoryRequestedBytes")!.Value,
                attempt.TryGetProperty("usage", out var usage) ? usage.Number("peakMemoryBytes") ?? 0 : 0)),
        ];
        foreach (var attempt in attempts)
        {
            log.WriteLine($"{run}: {attempt}");
        }

        return attempts;
    }

    private sealed record SizedAttempt(string Cause, long Given, long Peak);
}
