using Cluster.Tests.Harness;
using Executor.TestKit;
using Executor.TestKit.Processes;

namespace Cluster.Tests.Runs;

/// <summary><c>executor gc</c>, with a user's rights.</summary>
public sealed class CollectionTests(SharedInstallation shared)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_an_ended_run_keeps_goes_and_what_a_dead_executor_left_is_told()
    {
        var installation = await shared.GetAsync(Cancellation);
        var kept = installation.WriteWorkflow("kept", "tasks: [{name: one, image: executor/busybox:dev, script: \"true\"}]");
        (await installation.ExecutorAsync("run", kept, "--run-id", "kept", "--keep-files")).Expect(0);
        Assert.Single(await installation.PodsAsync("kept"));

        var orphaned = installation.WriteWorkflow("orphaned", "tasks: [{name: one, image: executor/busybox:dev, script: \"sleep 600\"}]");
        await using (var driver = installation.StartDriver("run", orphaned, "--run-id", "orphaned"))
        {
            await installation.WhenRunningAsync("orphaned", "one");
            driver.Signal(Signals.Kill);
            await driver.WaitAsync(Cancellation);
        }

        // The lease of the killed driver has to run out first.
        ProgramResult? collected = null;
        var told = "";
        await Poll.UntilAsync(
            async () =>
            {
                collected = (await installation.ExecutorAsync("gc")).Expect(0);
                told += collected.Output;
                return told.Contains("run orphaned has not ended and nobody drives it", StringComparison.Ordinal);
            },
            TimeSpan.FromMinutes(2),
            () => $"word of the orphaned run in\n{told}\n{collected}",
            Cancellation);

        Assert.Contains("run kept has ended: 1 Jobs of attempts are deleted", told, StringComparison.Ordinal);
        await Poll.UntilAsync(async () => (await installation.PodsAsync("kept")).Count == 0, TimeSpan.FromMinutes(1), () => "the end of what was kept", Cancellation);
        Assert.Single(await installation.PodsAsync("orphaned"));
        (await installation.ExecutorAsync("delete", "orphaned")).Expect(0);
        await Poll.UntilAsync(async () => (await installation.PodsAsync("orphaned")).Count == 0, TimeSpan.FromMinutes(2), () => "nothing of the deleted run", Cancellation);
    }
}
