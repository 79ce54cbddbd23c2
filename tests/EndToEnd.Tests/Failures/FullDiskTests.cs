using System.Globalization;
using EndToEnd.Tests.Harness;
using Executor.TestKit;
using Xunit;

namespace EndToEnd.Tests.Failures;

/// <summary>A state folder on a file system with no room left.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private readonly Workspace _workspace = new();
    private SmallFileSystem _disk = null!;

    public async ValueTask InitializeAsync() => _disk = await SmallFileSystem.MountAsync(_workspace.State, "size=3m");

    public async ValueTask DisposeAsync()
    {
        await (_disk?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _workspace.DisposeAsync();
    }

    [Fact]
    public async Task A_run_on_a_full_disk_says_so_and_goes_on_when_there_is_room()
    {
        var workflow = _workspace.WriteWorkflow(
            """
            defaults: {retries: {task: 0, infrastructure: 1}}
            tasks:
              - name: large
                fanOut: {count: 2}
                script: seq 400000
                stdout: numbers
                outputs: [{name: numbers, format: lines, partitionBy: {hash: [line], partitions: 2}}]
              - name: sum
                inputs: [{from: large.numbers, read: all}]
                stdin: large.numbers
                script: awk '{ s += $1 } END { printf "%.0f\n", s }'
                stdout: total
                outputs: [{name: total, format: lines}]
            results: [sum.total]
            """);

        var full = await _workspace.ExecutorAsync("run", workflow, "--run-id", "full");

        Assert.True(full.ExitCode is 1 or 3, full.ToString());
        Assert.Contains("No space left on device", full.Error, StringComparison.Ordinal);

        await _disk.ResizeAsync("size=300m");
        var roomy = (await _workspace.ExecutorAsync("run", workflow, "--run-id", "full")).Expect(0);
        Assert.Contains((2 * 400_000L * 400_001 / 2).ToString(CultureInfo.InvariantCulture), roomy.Output, StringComparison.Ordinal);
        (await _workspace.ExecutorAsync("store", "verify", "full")).Expect(0);
    }

    [Fact]
    public async Task A_run_whose_log_finds_no_room_goes_on_without_it()
    {
        var workflow = _workspace.WriteWorkflow(
            """
            tasks:
              - name: say
                script: echo heard >&2; echo said
                stdout: words
                outputs: [{name: words, format: lines}]
            results: [say.words]
            """);

        await using var run = _workspace.StartProgram("sh", "-c", "exec \"$@\" 2> /dev/full", "sh", Workspace.Program, "run", workflow);
        var ended = (await run.WaitAsync(TestContext.Current.CancellationToken)).Expect(0);

        Assert.Contains("said", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_whose_results_find_no_room_fails_and_says_so()
    {
        var workflow = _workspace.WriteWorkflow(
            """
            tasks:
              - name: say
                script: echo said
                stdout: words
                outputs: [{name: words, format: lines}]
            results: [say.words]
            """);

        await using var run = _workspace.StartProgram("sh", "-c", "exec \"$@\" > /dev/full", "sh", Workspace.Program, "run", workflow);
        var ended = await run.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(3, ended.ExitCode);
        Assert.Contains("No space left on device", ended.Error, StringComparison.Ordinal);
    }
}
