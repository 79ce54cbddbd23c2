using Cluster.Tests.Harness;
using Executor.Kubernetes.Models;
using Executor.TestKit.Processes;

namespace Cluster.Tests.Runs;

/// <summary>Pods go away under a run; the run goes on, and every instance commits once.</summary>
public sealed class DisruptionTests(SharedInstallation shared)
{
    private const string Waiting = """
        tasks:
          - name: wait
            image: executor/busybox:dev
            script: |
              [ "$EXECUTOR_ATTEMPT" -gt 1 ] || [ -e /tmp/go ] || sleep 300
              echo "attempt $EXECUTOR_ATTEMPT"
            stdout: words
            outputs: [{name: words, format: lines}]
        results: [wait.words]
        """;

    [Fact]
    public async Task A_pod_that_is_deleted_by_force_is_replaced_and_one_attempt_commits()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);
        var workflow = installation.WriteWorkflow("killed", Waiting);
        await using var program = installation.Start("run", workflow, "--run-id", "killed");
        var pod = await installation.WhenRunningAsync("killed", "wait");
        await installation.Client.Pods(installation.Namespace).DeleteAsync(
            pod.Metadata.Name!, new V1DeleteOptions { GracePeriodSeconds = 0 }, TestContext.Current.CancellationToken);

        await AssertSucceededOnceAsync(installation, program, "killed");
    }

    [Fact]
    public async Task A_pod_that_is_evicted_is_replaced_at_the_infrastructures_cost()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);
        var workflow = installation.WriteWorkflow("evicted", Waiting);
        await using var program = installation.Start("run", workflow, "--run-id", "evicted");
        var pod = await installation.WhenRunningAsync("evicted", "wait");
        await installation.Client.Pods(installation.Namespace).EvictAsync(
            pod.Metadata.Name!, cancellationToken: TestContext.Current.CancellationToken);

        await AssertSucceededOnceAsync(installation, program, "evicted");
        var journal = await installation.JournalAsync("evicted");
        var outcome = journal.First(entry => (string?)entry["decision"] == "outcome");
        Assert.Contains((string?)outcome["cause"], (string[])["Deleted", "Evicted", "Terminated"]);
    }

    private static async Task AssertSucceededOnceAsync(Installation installation, RunningProgram program, string run)
    {
        (await program.WaitAsync(TestContext.Current.CancellationToken)).Expect(0);
        var journal = await installation.JournalAsync(run);
        Assert.Single(journal, entry => (string?)entry["decision"] == "committed");
        Assert.Equal(2, journal.Count(entry => (string?)entry["decision"] == "launch"));
        await installation.WhenReleasedAsync(run);
        (await installation.ExecutorAsync("store", "verify", run)).Expect(0);
    }
}
