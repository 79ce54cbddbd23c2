using EndToEnd.Tests.Harness;
using Executor.TestKit;
using Xunit;

namespace EndToEnd.Tests.Stores;

/// <summary>Stores that go away while runners of the build under test are writing to them.</summary>
public sealed class StoreRestartTests : IAsyncDisposable
{
    private const int Kills = 12;

    private readonly Workspace _workspace = new();

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();

    [Fact]
    public async Task Writers_outlive_a_store_that_is_killed_again_and_again()
    {
        await using var store = await StandaloneStore.StartAsync(_workspace);
        await using var program = _workspace.Start(["run", Workflow(), "--run-id", "restarts", "--parallel", "8", .. store.Options]);

        for (var kill = 0; kill < Kills; kill++)
        {
            var before = StoreFolder.Segments(store.Folder, "restarts").Count;
            await Poll.UntilAsync(
                () => program.HasExited || StoreFolder.Segments(store.Folder, "restarts").Count > before,
                TimeSpan.FromMinutes(1),
                () => $"a segment after kill {kill}\n{program.Describe()}",
                TestContext.Current.CancellationToken);
            await store.KillAsync();
            await store.RestartAsync();
        }

        await Poll.UntilAsync(
            () => program.HasExited, TimeSpan.FromMinutes(2), () => $"the run's end\n{program.Describe()}", TestContext.Current.CancellationToken);
        var run = (await program.WaitAsync(TestContext.Current.CancellationToken)).Expect(0);
        Assert.Contains("160000", run.OutputLines);
        (await _workspace.ExecutorAsync(["store", "verify", "restarts", .. store.Options])).Expect(0);
    }

    // The writers are slow on purpose: whenever the store goes, some of them are in the middle of their output.
    private string Workflow() => _workspace.WriteWorkflow(
        """
        tasks:
          - name: write
            fanOut: {count: 8}
            script: |
              for part in 1 2 3 4 5 6 7 8 9 10; do seq 1 2000; sleep 0.1; done
            stdout: numbers
            outputs: [{name: numbers, format: lines, partitionBy: {hash: [line], partitions: 4}}]
          - name: count
            inputs: [{from: write.numbers, read: all}]
            stdin: write.numbers
            script: awk 'END { print NR }'
            stdout: total
            outputs: [{name: total, format: lines}]
        results: [count.total]
        """,
        "restarts");
}
