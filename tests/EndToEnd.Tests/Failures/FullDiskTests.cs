using System.Globalization;
using EndToEnd.Tests.Harness;
using Executor.TestKit.Processes;
using Xunit;

namespace EndToEnd.Tests.Failures;

/// <summary>A state folder on a file system with no room left. Mounting one needs root.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private readonly Workspace _workspace = new();

    public async ValueTask InitializeAsync()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Skip("only root may mount a small file system");
        }

        Directory.CreateDirectory(_workspace.State);
        var mount = await SystemAsync("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", _workspace.State);
        if (mount.ExitCode != 0)
        {
            Assert.Skip($"a small file system cannot be mounted here: {mount.Error}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await SystemAsync("umount", "--lazy", _workspace.State);
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

        Assert.Contains(full.ExitCode, new[] { 1, 3 });
        Assert.Contains("No space left on device", full.Error, StringComparison.Ordinal);

        (await SystemAsync("mount", "-o", "remount,size=300m", _workspace.State)).Expect(0);
        var roomy = (await _workspace.ExecutorAsync("run", workflow, "--run-id", "full")).Expect(0);
        Assert.Contains((2 * 400_000L * 400_001 / 2).ToString(CultureInfo.InvariantCulture), roomy.Output, StringComparison.Ordinal);
        (await _workspace.ExecutorAsync("store", "verify", "full")).Expect(0);
    }

    private static Task<ProgramResult> SystemAsync(string program, params string[] arguments) =>
        RunningProgram.RunAsync(new ProgramStart(program, arguments), CancellationToken.None);
}
