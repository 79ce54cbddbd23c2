using System.Diagnostics;
using Cluster.Tests.Harness;
using Executor.Kubernetes.Client;
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
        var workflow = installation.WriteWorkflow("restarted", """
            tasks:
              - {name: one, image: executor/busybox:dev, script: "until [ -e /tmp/go ]; do sleep 0.1; done"}
              - {name: two, image: executor/busybox:dev, after: [one], script: "until [ -e /tmp/go ]; do sleep 0.1; done"}
            """);
        await using var driver = installation.StartDriver("run", workflow, "--run-id", "restarted");
        await installation.WhenRunningAsync("restarted", "one");

        foreach (var server in Process.GetProcessesByName("kube-apiserver"))
        {
            Signals.Send(server.Id, Signals.Kill);
        }

        await LetAllGoAsync(installation, "restarted", driver);
        (await driver.WaitAsync(Cancellation)).Expect(0);
        Assert.Equal(2, (await installation.JournalAsync("restarted")).Count(entry => (string?)entry["decision"] == "launch"));
    }

    [Fact]
    public async Task An_instance_whose_node_is_lost_is_tried_again_on_another_at_the_infrastructures_cost()
    {
        using var cluster = await ConnectAsync();
        await using var installation = await Installation.InstallAsync(cluster, Cancellation, storedOn: "node1");
        await using var driver = await StartOnBothNodesAsync(installation, "lost");
        try
        {
            await NodeAsync("stop");
            await LetAllGoAsync(installation, "lost", driver);
        }
        finally
        {
            await NodeAsync("start");
        }

        (await driver.WaitAsync(Cancellation)).Expect(0);
        var journal = await installation.JournalAsync("lost");
        Assert.Equal("NodeLost", (string?)Assert.Single(journal, entry => (string?)entry["decision"] == "outcome")["cause"]);
        Assert.Equal(3, journal.Count(entry => (string?)entry["decision"] == "launch"));
        (await installation.ExecutorAsync("store", "verify", "lost")).Expect(0);
    }

    [Fact]
    public async Task A_node_is_drained_under_a_run_and_the_run_goes_on()
    {
        using var cluster = await ConnectAsync();
        await using var installation = await Installation.InstallAsync(cluster, Cancellation, storedOn: "node1");
        await using var driver = await StartOnBothNodesAsync(installation, "drained");
        try
        {
            (await installation.KubectlAsync(["drain", "node2", "--force", "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=90s"])).Expect(0);
            await LetAllGoAsync(installation, "drained", driver);
            (await driver.WaitAsync(Cancellation)).Expect(0);
        }
        finally
        {
            await installation.KubectlAsync(["uncordon", "node2"]);
        }

        Assert.Equal(2, (await installation.JournalAsync("drained")).Count(entry => (string?)entry["decision"] == "committed"));
        (await installation.ExecutorAsync("store", "verify", "drained")).Expect(0);
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
              - {name: wait, image: executor/busybox:dev, fanOut: {count: 2}, resources: {cpu: 1200m}, script: "until [ -e /tmp/go ]; do sleep 0.1; done"}
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

    /// <summary>Lets every pod of the run go that can be reached, until the run has ended.</summary>
    private static Task LetAllGoAsync(Installation installation, string run, RunningProgram driver) => Poll.UntilAsync(
        async () =>
        {
            try
            {
                foreach (var pod in (await installation.PodsAsync(run)).Where(pod => pod.Metadata.DeletionTimestamp is null && pod.Status?.Phase == "Running"))
                {
                    using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
                    limit.CancelAfter(TimeSpan.FromSeconds(5));
                    await installation.Client.Pods(installation.Namespace)
                        .ExecAsync(pod.Metadata.Name!, ["/bin/busybox", "touch", "/tmp/go"], new PodExecOptions { Container = "task" }, limit.Token);
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

    private static async Task NodeAsync(string action) => (await RunningProgram.RunAsync(
        new ProgramStart(Repository.PathOf("scripts", "cluster"), "node", "node2", action)
        {
            Environment = new Dictionary<string, string?> { ["EXECUTOR_CLUSTER"] = "debian", ["KUBECONFIG"] = null },
        },
        CancellationToken.None)).Expect(0);
}
