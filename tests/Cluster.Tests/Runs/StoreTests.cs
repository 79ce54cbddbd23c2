using Cluster.Tests.Harness;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.TestKit.Kubernetes;

namespace Cluster.Tests.Runs;

/// <summary>The store's pod dies in the middle of a run.</summary>
public sealed class StoreTests
{
    [Fact]
    public async Task A_run_goes_on_when_the_stores_pod_is_killed_and_its_volume_is_kept()
    {
        var token = TestContext.Current.CancellationToken;
        using var cluster = await RealCluster.ConnectAsync(token);
        Assert.SkipUnless(cluster.IsLab, "the volume is a folder of a node of the lab's");
        await using var installation = await Installation.InstallAsync(cluster, token, storedOn: "node1");
        var workflow = installation.WriteWorkflow("stored", """
            tasks:
              - name: write
                image: executor/busybox:dev
                fanOut: {count: 2}
                script: |
                  until [ -e /tmp/go ]; do sleep 0.1; done
                  for i in 1 2 3 4 5; do echo "$EXECUTOR_INDEX $i"; done
                stdout: lines
                outputs: [{name: lines, format: lines, partitionBy: {hash: [line], partitions: 2}}]
              - name: count
                image: executor/busybox:dev
                inputs: [{from: write.lines, read: all}]
                stdin: write.lines
                script: /bin/busybox wc -l
                stdout: total
                outputs: [{name: total, format: lines}]
            results: [count.total]
            """);
        await using var program = installation.Start("run", workflow, "--run-id", "stored");
        var first = await installation.WhenRunningAsync("stored", "write", 0);
        var second = await installation.WhenRunningAsync("stored", "write", 1);
        await LetGoAsync(installation, first, token);
        foreach (var pod in (await installation.Client.Pods(installation.Namespace).ListAllAsync(
            new ListOptions { LabelSelector = "app.kubernetes.io/component=store" }, token)).Items)
        {
            await installation.Client.Pods(installation.Namespace).DeleteAsync(pod.Metadata.Name!, new V1DeleteOptions { GracePeriodSeconds = 0 }, token);
        }

        await LetGoAsync(installation, second, token);
        var result = (await program.WaitAsync(token)).Expect(0);
        Assert.Contains("10", result.Output, StringComparison.Ordinal);
        await installation.WhenStoreIsReadyAsync(token);
        (await installation.ExecutorAsync("store", "verify", "stored")).Expect(0);
    }

    private static async Task LetGoAsync(Installation installation, V1Pod pod, CancellationToken cancellationToken) =>
        Assert.Equal(0, await installation.Client.Pods(installation.Namespace).ExecAsync(
            pod.Metadata.Name!, ["/bin/busybox", "touch", "/tmp/go"], new PodExecOptions { Container = "task" }, cancellationToken));
}
