using System.Collections.Concurrent;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Kubernetes.Client;
using Executor.Outcomes;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;
using Executor.TestKit.Kubernetes.FakeNodes;

namespace Cluster.Tests.Scale;

/// <summary>What the executor makes of hundreds of attempts, and of a node that is lost, with all of a real cluster but its kubelets.</summary>
public sealed class FakeNodeTests
{
    private const int Instances = 300;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Hundreds_of_attempts_commit_once_at_one_creation_each_and_leave_nothing()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        using var cluster = await RealCluster.ConnectAsync(limit.Token);
        await using var place = await cluster.CreateNamespaceAsync(limit.Token);
        var committed = new ConcurrentQueue<FakeTask>();
        await using var run = await ScaleRun.StartAsync(
            cluster,
            place,
            async (task, commit, token) =>
            {
                var exit = await commit(token);
                if (exit.Report?.Phase == AttemptPhase.Committed)
                {
                    committed.Enqueue(task);
                }

                return exit;
            },
            limit.Token);

        var result = await run.DriveAsync(Instances, limit.Token);

        Assert.Equal(RunEnd.Succeeded, result.End);
        Assert.All(run.Attempts, row => Assert.Equal(AttemptCause.Succeeded, row.Outcome.Cause));
        Assert.Equal(Instances + 1, committed.Select(task => task.Descriptor.Attempt.Instance).Distinct().Count());
        Assert.Equal(Instances + 1, committed.Count);

        // Where the server leaves Jobs to the executor their pods and statuses are its own to write.
        var own = cluster.Version.IsAtLeast(1, 32) ? Instances + 1 : 0;
        Assert.Equal(Instances + 1, run.Requests.Of("create jobs"));
        Assert.Equal(own, run.Requests.Of("create pods"));
        Assert.Equal(own, run.Requests.Of("patch jobs/status"));
        Assert.InRange(run.Requests.Of("deletecollection jobs"), 1, Instances / 10);
        Assert.DoesNotContain(run.Requests.Counts.Keys, request => request.StartsWith("get ", StringComparison.Ordinal));
        await Poll.UntilAsync(
            async () => (await cluster.Client.Jobs(place.Name).ListAsync(new ListOptions { Limit = 1 }, limit.Token)).Items.Count == 0
                && (await cluster.Client.Pods(place.Name).ListAsync(new ListOptions { Limit = 1 }, limit.Token)).Items.Count == 0,
            Limit,
            () => "the end of all Jobs and pods",
            limit.Token);
    }

    [Fact]
    public async Task An_attempt_whose_node_is_lost_is_tried_again_on_another_at_the_infrastructures_charge()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        using var cluster = await RealCluster.ConnectAsync(limit.Token);
        await using var place = await cluster.CreateNamespaceAsync(limit.Token);
        var placed = new ConcurrentDictionary<int, string>();
        var first = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var run = await ScaleRun.StartAsync(
            cluster,
            place,
            async (task, commit, token) =>
            {
                if (task.Descriptor.Attempt is { Task: "make" } attempt)
                {
                    // The Job controller may make a second pod of the first attempt before the executor has given that up.
                    placed.TryAdd(attempt.Attempt, task.Node);
                    if (attempt.Attempt == 1)
                    {
                        first.TrySetResult(task.Node);
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                    }
                }

                return await commit(token);
            },
            limit.Token);

        var driven = run.DriveAsync(1, limit.Token);
        run.Nodes.Lose(await first.Task.WaitAsync(limit.Token));

        Assert.Equal(RunEnd.Succeeded, (await driven).End);
        Assert.Equal([1, 2], placed.Keys.Order());
        Assert.NotEqual(placed[1], placed[2]);
        var lost = Assert.Single(run.Attempts, row => row.Outcome.Cause != AttemptCause.Succeeded);
        Assert.Equal((AttemptCause.NodeLost, RetryCharge.Infrastructure), (lost.Outcome.Cause, lost.Outcome.Charge));
    }
}
