using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Inspection;
using Executor.Outcomes;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;
using Executor.TestKit.Kubernetes.FakeNodes;

namespace Cluster.Tests.Scale;

/// <summary>What the executor makes of hundreds of attempts, of a node that is lost or evicts, and of limits, with all of a real cluster but its kubelets.</summary>
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

    [Fact]
    public async Task Attempts_that_their_node_has_evicted_are_tried_again_on_another_though_the_node_is_ready()
    {
        const int Evicted = 12;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        using var cluster = await RealCluster.ConnectAsync(limit.Token);
        await using var place = await cluster.CreateNamespaceAsync(limit.Token);
        var placed = new ConcurrentQueue<(int Index, int Attempt, string Node)>();
        await using var run = await ScaleRun.StartAsync(
            cluster,
            place,
            async (task, commit, token) =>
            {
                if (task.Descriptor.Attempt is { Task: "make" } attempt)
                {
                    placed.Enqueue((attempt.Index, attempt.Attempt, task.Node));
                    if (attempt.Attempt == 1)
                    {
                        return new FakeExit(137, Eviction: "The node was low on resource: memory.");
                    }
                }

                return await commit(token);
            },
            limit.Token);

        Assert.Equal(RunEnd.Succeeded, (await run.DriveAsync(Evicted, limit.Token)).End);

        // Both nodes have room and neither has a taint that a task does not tolerate: of so many, some would come back to theirs by chance.
        Assert.All(
            (await cluster.Client.Nodes.ListAllAsync(cancellationToken: limit.Token)).Items.Where(node => run.Nodes.Nodes.Contains(node.Metadata.Name)),
            node =>
            {
                Assert.Equal("True", node.Status!.Conditions!.Single(condition => condition.Type == "Ready").Status);
                Assert.Single(node.Spec!.Taints!);
            });
        var nodes = placed.ToLookup(place => place.Index);
        Assert.Equal(Evicted, nodes.Count);
        Assert.All(nodes, places =>
        {
            Assert.Equal([1, 2], places.Select(place => place.Attempt));
            Assert.NotEqual(places.First().Node, places.Last().Node);
        });
        var lost = run.Attempts.Where(row => row.Outcome.Cause != AttemptCause.Succeeded).ToList();
        Assert.Equal(Evicted, lost.Count);
        Assert.All(lost, row => Assert.Equal((AttemptCause.Evicted, RetryCharge.Infrastructure), (row.Outcome.Cause, row.Outcome.Charge)));
    }

    [Fact]
    public async Task A_limit_range_that_refuses_the_pods_holds_the_run_which_says_so_and_goes_on_when_it_is_taken_away()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        using var cluster = await RealCluster.ConnectAsync(limit.Token);
        await using var place = await cluster.CreateNamespaceAsync(limit.Token);
        await using var run = await ScaleRun.StartAsync(cluster, place, (_, commit, token) => commit(token), limit.Token);
        var ranges = cluster.Client.Resource(KubernetesResources.LimitRanges, place.Name);
        await ranges.CreateAsync(
            new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "LimitRange",
                ["metadata"] = new JsonObject { ["name"] = "tight" },
                ["spec"] = new JsonObject { ["limits"] = new JsonArray(new JsonObject { ["type"] = "Container", ["max"] = new JsonObject { ["memory"] = "32Mi" } }) },
            },
            cancellationToken: limit.Token);

        var driven = run.DriveAsync(2, limit.Token, new PendingRules { JobEventsAfter = TimeSpan.FromSeconds(1) });
        await Poll.UntilAsync(
            () => run.Notices.Any(notice => notice.Contains("waits until the namespace's LimitRange allows it", StringComparison.Ordinal)),
            Limit,
            () => $"word of the limit range in: {string.Join('\n', run.Notices)}",
            limit.Token);
        Assert.False(driven.IsCompleted);
        Assert.Empty((await cluster.Client.Pods(place.Name).ListAllAsync(cancellationToken: limit.Token)).Items);
        await ranges.DeleteAsync("tight", cancellationToken: limit.Token);

        // The Job controller, which has been refused several times, would come back in a minute; a Job that changes it looks at at once.
        foreach (var job in (await cluster.Client.Jobs(place.Name).ListAllAsync(cancellationToken: limit.Token)).Items)
        {
            var change = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["tests/look"] = "again" } } };
            await cluster.Client.Jobs(place.Name).PatchAsync(new V1Patch(change, V1Patch.PatchType.MergePatch), job.Metadata.Name!, cancellationToken: limit.Token);
        }

        Assert.Equal(RunEnd.Succeeded, (await driven).End);
        Assert.All(run.Attempts, row => Assert.Equal(AttemptCause.Succeeded, row.Outcome.Cause));
        Assert.Equal(3, run.Requests.Of("create jobs"));
    }
}
