using Cluster.Tests.Harness;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.TestKit;
using Executor.TestKit.Processes;

namespace Cluster.Tests.Runs;

/// <summary>
/// Pods go away under a run; the run goes on, and every instance commits once. Whether another attempt follows, or a second incarnation of the same one
/// that the Job controller makes, is a race that either may win.
/// </summary>
public sealed class DisruptionTests(SharedInstallation shared)
{
    private const string Waiting = """
        tasks:
          - name: wait
            image: executor/busybox:dev
            script: |
              until [ -e /tmp/go ]; do sleep 0.1; done
              echo "$EXECUTOR_INCARNATION"
            stdout: words
            outputs: [{name: words, format: lines}]
        results: [wait.words]
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pod_that_is_deleted_by_force_is_replaced_and_one_incarnation_commits()
    {
        var installation = await shared.GetAsync(Cancellation);
        await using var program = installation.Start("run", installation.WriteWorkflow("killed", Waiting), "--run-id", "killed");
        var pod = await installation.WhenRunningAsync("killed", "wait");
        await installation.Client.Pods(installation.Namespace).DeleteAsync(
            pod.Metadata.Name!, new V1DeleteOptions { GracePeriodSeconds = 0 }, Cancellation);

        await AssertAnotherSucceedsAsync(installation, program, "killed", pod);
    }

    [Fact]
    public async Task A_pod_that_is_evicted_is_replaced_and_one_incarnation_commits()
    {
        var installation = await shared.GetAsync(Cancellation);
        await using var program = installation.Start("run", installation.WriteWorkflow("evicted", Waiting), "--run-id", "evicted");
        var pod = await installation.WhenRunningAsync("evicted", "wait");
        await installation.Client.Pods(installation.Namespace).EvictAsync(pod.Metadata.Name!, cancellationToken: Cancellation);

        await AssertAnotherSucceedsAsync(installation, program, "evicted", pod);
    }

    private static async Task AssertAnotherSucceedsAsync(Installation installation, RunningProgram program, string run, V1Pod first)
    {
        await Poll.UntilAsync(
            async () =>
            {
                foreach (var pod in (await installation.PodsAsync(run)).Where(pod => pod.Metadata.Uid != first.Metadata.Uid))
                {
                    await TryLetGoAsync(installation, pod);
                }

                return program.HasExited;
            },
            TimeSpan.FromMinutes(2),
            () => $"run {run} to end: {program.Describe()}",
            Cancellation);
        var result = (await program.WaitAsync(Cancellation)).Expect(0);
        Assert.DoesNotContain(first.Metadata.Uid!, result.Output, StringComparison.Ordinal);
        var journal = await installation.JournalAsync(run);
        Assert.Single(journal, entry => (string?)entry["decision"] == "committed");
        Assert.All(
            journal.Where(entry => (string?)entry["decision"] == "outcome"),
            outcome => Assert.Contains((string?)outcome["cause"], (string[])["Deleted", "Evicted", "Terminated"]));
        await installation.WhenReleasedAsync(run);
        (await installation.ExecutorAsync("store", "verify", run)).Expect(0);
    }

    private static async Task TryLetGoAsync(Installation installation, V1Pod pod)
    {
        try
        {
            await installation.Client.Pods(installation.Namespace)
                .ExecAsync(pod.Metadata.Name!, ["/bin/busybox", "touch", "/tmp/go"], new PodExecOptions { Container = "task" }, Cancellation);
        }
        catch (Exception e) when (e is KubernetesException or IOException)
        {
            // It has not started, or is gone already.
        }
    }
}
