using System.Diagnostics;
using Cluster.Tests.Client;
using Cluster.Tests.Harness;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Kubernetes.Watching;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;
using Executor.TestKit.Processes;

namespace Cluster.Tests.Runs;

/// <summary>What the lab's own cluster can be made to suffer; nothing else may use the cluster meanwhile.</summary>
[CollectionDefinition(nameof(ControlPlaneTests), DisableParallelization = true)]
[Collection(nameof(ControlPlaneTests))]
public sealed class ControlPlaneTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_goes_on_when_the_API_server_is_killed_in_the_middle()
    {
        using var cluster = await ConnectAsync();
        await using var installation = await Installation.InstallAsync(cluster, Cancellation);
        var workflow = installation.WriteWorkflow("restarted", WaitingSteps.Spec);
        await using var driver = installation.StartDriver("run", workflow, "--run-id", "restarted");
        await installation.WhenRunningAsync("restarted", "one");

        KillServer();

        var pods = await LetAllGoAsync(installation, "restarted", driver);
        WaitingSteps.AssertAnswer(await driver.WaitAsync(Cancellation), pods);
        await installation.AssertRanAsync("restarted", "one[0] 1", "two[0] 1", "three[0] 1");
    }

    [Fact]
    public async Task An_instance_whose_node_is_lost_is_tried_again_on_another_at_the_infrastructures_cost()
    {
        using var cluster = await ConnectAsync();
        await using var installation = await Installation.InstallAsync(cluster, Cancellation, storedOn: "node1");
        await using var driver = await StartOnBothNodesAsync(installation, "lost");
        var (kept, lost) = await OnNodesAsync(installation, "lost");
        IReadOnlyList<V1Pod> pods;
        try
        {
            await NodeAsync("stop");
            pods = await LetAllGoAsync(installation, "lost", driver);
        }
        finally
        {
            await NodeAsync("start");
        }

        var successor = pods.Last(pod => IndexOf(pod) == IndexOf(lost));
        Assert.Equal(("node1", $"wait[{IndexOf(lost)}] 2"), (successor.Spec!.NodeName, AttemptOf(successor)));
        AssertAnswer(await driver.WaitAsync(Cancellation), kept, successor);
        var outcome = Assert.Single(await installation.JournalAsync("lost"), entry => (string?)entry["decision"] == "outcome");
        Assert.Equal("NodeLost", (string?)outcome["cause"]);
        Assert.Equal([AttemptOf(lost)], Installation.Attempts([outcome], "outcome"));
        await installation.AssertRanAsync("lost", AttemptOf(kept), AttemptOf(lost), AttemptOf(successor));
        (await installation.ExecutorAsync("store", "verify", "lost")).Expect(0);
    }

    [Fact]
    public async Task A_node_is_drained_under_a_run_and_the_run_goes_on()
    {
        using var cluster = await ConnectAsync();
        await using var installation = await Installation.InstallAsync(cluster, Cancellation, storedOn: "node1");
        await using var driver = await StartOnBothNodesAsync(installation, "drained");
        var (kept, evicted) = await OnNodesAsync(installation, "drained");
        IReadOnlyList<V1Pod> pods;
        try
        {
            (await installation.KubectlAsync(["drain", "node2", "--force", "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=90s"])).Expect(0);
            pods = await LetAllGoAsync(installation, "drained", driver);
        }
        finally
        {
            await installation.KubectlAsync(["uncordon", "node2"]);
        }

        // The Job controller makes the evicted pod's successor, or the driver another attempt, whichever has seen the eviction first; if both have, one commits.
        var result = await driver.WaitAsync(Cancellation);
        var successors = pods.Where(pod => IndexOf(pod) == IndexOf(evicted)).ToList();
        Assert.DoesNotContain(evicted.Metadata.Uid, successors.Select(pod => pod.Metadata.Uid));
        Assert.All(successors, pod => Assert.Equal("node1", pod.Spec!.NodeName));
        AssertAnswer(result, kept, Assert.Single(successors, pod => result.Output.Contains(pod.Metadata.Uid!, StringComparison.Ordinal)));
        string[] attempts = [AttemptOf(kept), AttemptOf(evicted), .. successors.Select(AttemptOf)];
        await installation.AssertRanAsync("drained", [.. attempts.Distinct()]);
        var ended = (await installation.JournalAsync("drained")).Where(entry => (string?)entry["decision"] == "outcome").ToList();
        Assert.Equal(attempts.Distinct().Count() - 2, ended.Count);
        Assert.All(ended, outcome => Assert.Contains((string?)outcome["cause"], (string[])["Deleted", "Evicted"]));
        (await installation.ExecutorAsync("store", "verify", "drained")).Expect(0);
    }

    [Fact]
    public async Task A_run_goes_on_when_etcd_was_compacted_and_no_watch_of_before_can_be_resumed()
    {
        using var cluster = await ConnectAsync();
        await using var installation = await Installation.InstallAsync(cluster, Cancellation);
        var workflow = installation.WriteWorkflow("compacted", WaitingSteps.Spec);
        await using var driver = installation.StartDriver("run", workflow, "--run-id", "compacted");
        await installation.WhenRunningAsync("compacted", "one");
        var pods = installation.Client.Pods(installation.Namespace);
        var version = (await pods.ListAllAsync(cancellationToken: Cancellation)).Metadata.ResourceVersion;

        // The server's cache knows what was before as long as the server lives. The next one's begins with the newest version, which is to be another one.
        await installation.Client.ConfigMaps(installation.Namespace).CreateAsync(new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "newer" } }, cancellationToken: Cancellation);
        KillServer();
        await LabEtcd.CompactAsync(Cancellation);
        var ran = await LetAllGoAsync(installation, "compacted", driver);

        WaitingSteps.AssertAnswer(await driver.WaitAsync(Cancellation), ran);
        await installation.AssertRanAsync("compacted", "one[0] 1", "two[0] 1", "three[0] 1");
        var resumed = await Assert.ThrowsAsync<KubernetesException>(
            async () => await pods.WatchAsync(new WatchOptions { ResourceVersion = version }, Cancellation).FirstAsync(Cancellation));
        Assert.True(resumed.IsExpired, resumed.Message);
    }

    private static void KillServer()
    {
        foreach (var server in Process.GetProcessesByName("kube-apiserver"))
        {
            Signals.Send(server.Id, Signals.Kill);
        }
    }

    private static async Task<RealCluster> ConnectAsync()
    {
        var cluster = await RealCluster.ConnectAsync(Cancellation);
        Assert.SkipUnless(cluster.IsLab, "a cluster of somebody else's is not this test's to break");
        return cluster;
    }

    /// <summary>Starts a run of two instances that wait, one on each node: two of them do not fit a node beside each other.</summary>
    private static async Task<RunningProgram> StartOnBothNodesAsync(Installation installation, string run)
    {
        var workflow = installation.WriteWorkflow(run, """
            tasks:
              - name: wait
                image: executor/busybox:dev
                fanOut: {count: 2}
                resources: {cpu: 1200m}
                script: |
                  until [ -e /tmp/go ]; do sleep 0.1; done
                  echo "answer $EXECUTOR_INDEX $EXECUTOR_INCARNATION"
                stdout: rows
                outputs: [{name: rows, format: lines}]
            results: [wait.rows]
            """);
        var driver = installation.StartDriver("run", workflow, "--run-id", run);
        try
        {
            await installation.WhenRunningAsync(run, "wait", 0);
            await installation.WhenRunningAsync(run, "wait", 1);
            return driver;
        }
        catch
        {
            await driver.DisposeAsync();
            throw;
        }
    }

    /// <summary>The pod of <see cref="StartOnBothNodesAsync"/> on the node that stays, and the one on the node that goes.</summary>
    private static async Task<(V1Pod Stays, V1Pod Goes)> OnNodesAsync(Installation installation, string run)
    {
        var pods = (await installation.PodsAsync(run)).ToDictionary(pod => pod.Spec!.NodeName!);
        return (pods["node1"], pods["node2"]);
    }

    private static string IndexOf(V1Pod pod) => pod.Metadata.Labels!["executor.dev/index"];

    private static string AttemptOf(V1Pod pod) => $"wait[{IndexOf(pod)}] {pod.Metadata.Labels!["executor.dev/attempt"]}";

    /// <summary>Checks the answer that a run has printed: a row of each of these pods, in any order, and no other.</summary>
    private static void AssertAnswer(ProgramResult result, params V1Pod[] pods) => Assert.Equal(
        pods.Select(pod => $"answer {IndexOf(pod)} {pod.Metadata.Uid}").Order(StringComparer.Ordinal),
        Installation.Answers(result.Expect(0)).Order(StringComparer.Ordinal));

    /// <summary>Lets every pod of the run go that can be reached, until the run has ended, and returns those that it let go, in that order.</summary>
    private static async Task<IReadOnlyList<V1Pod>> LetAllGoAsync(Installation installation, string run, RunningProgram driver)
    {
        var gone = new Dictionary<string, V1Pod>();
        await Poll.UntilAsync(
            async () =>
            {
                try
                {
                    foreach (var pod in (await installation.PodsAsync(run)).Where(pod => pod.Metadata.DeletionTimestamp is null && pod.Status?.Phase == "Running"))
                    {
                        gone[pod.Metadata.Uid!] = pod;
                        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
                        limit.CancelAfter(TimeSpan.FromSeconds(5));
                        await installation.LetGoAsync(pod.Metadata.Name!, limit.Token);
                    }
                }
                catch (Exception e) when (e is KubernetesException or IOException || (e is OperationCanceledException && !Cancellation.IsCancellationRequested))
                {
                    // The server is away, the pod is going, or its node is lost.
                }

                return driver.HasExited;
            },
            TimeSpan.FromMinutes(4),
            () => $"the end of {driver.Describe()}",
            Cancellation);
        return [.. gone.Values];
    }

    private static async Task NodeAsync(string action) => (await RunningProgram.RunAsync(
        new ProgramStart(Repository.PathOf("scripts", "cluster"), "node", "node2", action)
        {
            Environment = new Dictionary<string, string?> { ["EXECUTOR_CLUSTER"] = "debian", ["KUBECONFIG"] = null },
        },
        CancellationToken.None)).Expect(0);
}
