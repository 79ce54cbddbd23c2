using Cluster.Tests.Harness;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.TestKit.Kubernetes;
using Executor.TestKit.S3;

namespace Cluster.Tests.Runs;

/// <summary>The store's pod dies in the middle of a run.</summary>
public sealed class StoreTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_run_goes_on_when_the_stores_pod_is_killed_and_its_volume_is_kept()
    {
        var token = TestContext.Current.CancellationToken;
        using var cluster = await RealCluster.ConnectAsync(token);
        Assert.SkipUnless(cluster.IsLab, "the volume is a folder of a node of the lab's");
        await using var installation = await Installation.InstallAsync(cluster, token, storedOn: "node1");
        await RunThroughKillAsync(installation, "stored", token);
    }

    [Fact]
    public async Task A_run_goes_on_when_both_pods_of_the_store_are_killed_and_their_bucket_fails_now_and_then()
    {
        var token = TestContext.Current.CancellationToken;
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var faults = new SeededFaults(
            seed, 0.05, ProxyFault.InternalError, ProxyFault.SlowDown, ProxyFault.BadGateway, ProxyFault.ResetBefore, ProxyFault.ResetAfter, ProxyFault.ShortBody);
        using var cluster = await RealCluster.ConnectAsync(token);
        await using var bucket = await ClusterBucket.OpenAsync(cluster, _ => faults.Next());
        await using var installation = await Installation.InstallAsync(cluster, token, bucket: bucket, storePods: 2);
        await RunThroughKillAsync(installation, "in-bucket", token);
        Assert.True(bucket.Proxy is null || bucket.Proxy.Requests.Count(request => request.Fault is null) > 50, "the bucket was hardly asked for anything");
    }

    private static async Task RunThroughKillAsync(Installation installation, string run, CancellationToken token)
    {
        var workflow = installation.WriteWorkflow(run, """
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
        await using var program = installation.Start("run", workflow, "--run-id", run);
        var first = await installation.WhenRunningAsync(run, "write", 0);
        var second = await installation.WhenRunningAsync(run, "write", 1);
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
        (await installation.ExecutorAsync("store", "verify", run)).Expect(0);
    }

    private static async Task LetGoAsync(Installation installation, V1Pod pod, CancellationToken cancellationToken) =>
        Assert.Equal(0, await installation.LetGoAsync(pod.Metadata.Name!, cancellationToken));
}
