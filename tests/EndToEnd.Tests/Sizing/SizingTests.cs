using System.Text.Json;
using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests.Sizing;

/// <summary>A task whose memory grows with its input, run again and again: what it is given follows what it used.</summary>
public sealed class SizingTests : IAsyncDisposable
{
    private const long Asked = 512L << 20;
    private readonly Workspace _workspace = new();

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();

    [Fact]
    public async Task The_second_run_asks_for_less_than_the_first_and_nothing_runs_out_of_memory()
    {
        var first = await RunAsync("first");
        var second = await RunAsync("second");

        Assert.All(first.Concat(second), attempt => Assert.Equal("Succeeded", attempt.Text("cause")));
        Assert.Equal((6, 6), (first.Count, second.Count));
        Assert.Contains(first, attempt => attempt.Number("memoryRequestedBytes") == Asked);
        Assert.All(second, attempt => Assert.InRange(attempt.Number("memoryRequestedBytes")!.Value, 1, Asked - 1));
        Assert.True(Sum(second) < Sum(first), $"{Sum(second)} and {Sum(first)} bytes");

        var shown = (await _workspace.ExecutorAsync("sizing", "show")).Expect(0);
        Assert.Contains(shown.OutputLines, line => line.StartsWith("sized/use ", StringComparison.Ordinal) && line.Contains(" 12 ", StringComparison.Ordinal));
        var explained = (await _workspace.ExecutorAsync("sizing", "explain", "second", "use[5]")).Expect(0);
        Assert.StartsWith("use[5] attempt 1: ", explained.OutputLines[0], StringComparison.Ordinal);
        Assert.Contains("where 512 MiB is asked for; input 1.2 MiB", explained.OutputLines[0], StringComparison.Ordinal);
    }

    private static long Sum(IEnumerable<JsonElement> attempts) => attempts.Sum(attempt => attempt.Number("memoryRequestedBytes")!.Value);

    // The partition of the n-th letter has n times as many lines as the first; `tail` keeps a line in memory until it ends, here never.
    private async Task<IReadOnlyList<JsonElement>> RunAsync(string run)
    {
        var workflow = _workspace.WriteWorkflow(
            """
            tasks:
              - name: make
                script: |
                  n=0
                  for letter in a b c d e f; do
                    n=$((n + 1))
                    yes "$letter 34567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890" | head -n $((n * 2000))
                  done
                stdout: rows
                outputs: [{name: rows, format: lines, partitionBy: {range: {column: line, bounds: [b, c, d, e, f]}}}]
              - name: use
                fanOut: {over: make.rows}
                inputs: [{from: make.rows}]
                stdin: make.rows
                sizing: apply
                script: |
                  bytes=$(wc -c)
                  head -c $((bytes * 150)) /dev/zero | tail > /dev/null
            """,
            "sized");
        var result = (await _workspace.ExecutorAsync("run", workflow, "--run-id", run, "--output", "json")).Expect(0);
        return [.. RunEvents.Parse(result).Named("attempt").Where(attempt => attempt.Text("task") == "use")];
    }
}
