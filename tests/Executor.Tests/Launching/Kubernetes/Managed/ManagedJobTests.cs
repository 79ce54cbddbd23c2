using System.Collections.Concurrent;
using Executor.Driving;
using Executor.Outcomes;
using Executor.Planning;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;
using Executor.TestKit.Kubernetes.FakeNodes;
using Xunit;

namespace Executor.Tests.Launching.Kubernetes.Managed;

/// <summary>Jobs that the executor manages itself: it makes their pods and writes their statuses, by the server's rules.</summary>
public sealed class ManagedJobTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_Job_is_complete_when_the_run_has_succeeded()
    {
        await using var cluster = await ManagedCluster.StartAsync();

        var result = await cluster.DriveAsync(ManagedCluster.Plan(40), new EndingObserver());

        Assert.Equal(RunEnd.Succeeded, result.End);
        var jobs = cluster.Jobs();
        Assert.Equal(41, jobs.Count);
        Assert.All(jobs.Values, job =>
        {
            Assert.True(ManagedCluster.Has(job, "Complete"), job.ToJsonString());
            Assert.Equal(1, (int)job["status"]!["succeeded"]!);
        });
        Assert.Equal(41, cluster.Pods().Count);
    }

    [Fact]
    public async Task An_attempt_costs_two_creations_and_one_status()
    {
        await using var cluster = await ManagedCluster.StartAsync(keepJobs: false);

        await cluster.DriveAsync(ManagedCluster.Plan(40), new EndingObserver());

        Assert.Equal(41, cluster.Count("POST", "jobs"));
        Assert.Equal(41, cluster.Count("POST", "pods"));
        Assert.Equal(41, cluster.Count("PATCH", "jobs/*/status"));
        Assert.Equal(0, cluster.Count("GET", "jobs/*") + cluster.Count("GET", "pods/*") + cluster.Count("DELETE", "jobs/*"));
        Assert.InRange(cluster.Count("DELETE", "jobs"), 1, 10);
        Assert.Empty(cluster.Jobs());
        Assert.Empty(cluster.Pods());
    }

    [Fact]
    public async Task The_Job_of_a_failed_attempt_is_failed()
    {
        await using var cluster = await ManagedCluster.StartAsync(
            around: (task, run, token) => task.Descriptor.Attempt is { Index: 3, Attempt: 1 } ? Task.FromResult(new FakeExit(3)) : run(token));

        var result = await cluster.DriveAsync(ManagedCluster.Plan(12), new EndingObserver());

        Assert.Equal(RunEnd.Succeeded, result.End);
        var jobs = cluster.Jobs();
        Assert.Equal(14, jobs.Count);
        Assert.Equal(("make", 3, 1), jobs.Single(job => ManagedCluster.Has(job.Value, "Failed")).Key);
        Assert.Equal(13, jobs.Values.Count(job => ManagedCluster.Has(job, "Complete")));
    }

    [Fact]
    public async Task A_Job_whose_pod_the_executor_had_not_made_when_it_was_killed_is_lost_and_its_instance_runs_again()
    {
        await using var cluster = await ManagedCluster.StartAsync();
        cluster.Server.Add(ApiFault.Hang(request => ManagedCluster.Is(request, "POST", "pods") && request.Body!.ToJsonString().Contains("make[5]", StringComparison.Ordinal)));
        var plan = ManagedCluster.Plan(8);

        await Assert.ThrowsAsync<DriverKilledException>(
            () => cluster.DriveAsync(plan, new EndingObserver(_ => cluster.Server.Requests.Any(
                request => ManagedCluster.Is(request, "POST", "pods") && request.Body!.ToJsonString().Contains("make[5]", StringComparison.Ordinal)))));
        Assert.True(cluster.Jobs().ContainsKey(("make", 5, 1)));
        Assert.DoesNotContain(cluster.Pods(), pod => pod.ToJsonString().Contains("make[5]", StringComparison.Ordinal));
        var observer = new EndingObserver();
        var result = await cluster.DriveAsync(plan, observer);

        Assert.Equal(RunEnd.Succeeded, result.End);
        Assert.Equal(8, observer.Attempts.Where(row => row.Outcome.Cause == AttemptCause.Succeeded).Select(row => row.Attempt.Instance).Distinct().Count(instance => instance.Task == "make"));
        Assert.True(ManagedCluster.Has(cluster.Jobs()[("make", 5, 1)], "Failed"));
        Assert.True(ManagedCluster.Has(cluster.Jobs()[("make", 5, 2)], "Complete"));
    }

    [Fact]
    public async Task Pods_that_run_when_the_executor_is_killed_are_adopted()
    {
        var allRun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = 0;
        await using var cluster = await ManagedCluster.StartAsync(around: async (task, run, token) =>
        {
            if (Interlocked.Increment(ref running) == 8)
            {
                allRun.SetResult();
            }

            await (task.Descriptor.Attempt.Index == 0 ? allRun : go).Task.WaitAsync(token);
            return await run(token);
        });
        var plan = ManagedCluster.Plan(8);

        await Assert.ThrowsAsync<DriverKilledException>(() => cluster.DriveAsync(plan, new EndingObserver(_ => true)));
        var observer = new EndingObserver();
        var second = cluster.DriveAsync(plan, observer);
        go.SetResult();

        Assert.Equal(RunEnd.Succeeded, (await second).End);
        Assert.Equal(9, cluster.Count("POST", "jobs"));
        Assert.Equal(9, cluster.Jobs().Values.Count(job => ManagedCluster.Has(job, "Complete")));
    }

    [Fact]
    public async Task An_instance_that_was_lost_with_its_node_runs_on_another()
    {
        var nodes = new ConcurrentDictionary<int, string>();
        var lost = new TaskCompletionSource<FakeTask>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var cluster = await ManagedCluster.StartAsync(around: async (task, run, token) =>
        {
            var attempt = task.Descriptor.Attempt;
            if (attempt is { Task: "make", Index: 2 } && nodes.TryAdd(attempt.Attempt, task.Node) && attempt.Attempt == 1)
            {
                lost.SetResult(task);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }

            return await run(token);
        });

        var observer = new EndingObserver();
        var driven = cluster.DriveAsync(ManagedCluster.Plan(6, new RetryBudget(Task: 0)), observer);
        var victim = await lost.Task.WaitAsync(Cancellation);
        await Poll.UntilAsync(() => observer.Attempts.Count == 5, Limit, () => "the ends of all others", Cancellation);
        cluster.Nodes.Lose(victim.Node);
        var pod = cluster.Pods().Single(found => (string?)found["metadata"]!["uid"] == victim.Incarnation);

        // What the node controller does with the pods of a node that has gone silent.
        cluster.Server.Mutate($"/api/v1/namespaces/batch/pods/{pod["metadata"]!["name"]}", found => found["status"]!["reason"] = "NodeLost");

        Assert.Equal(RunEnd.Succeeded, (await driven).End);
        Assert.Equal(2, nodes.Count);
        Assert.NotEqual(nodes[1], nodes[2]);
        Assert.Equal(AttemptCause.NodeLost, observer.Attempts.Single(row => row.Outcome.Cause != AttemptCause.Succeeded).Outcome.Cause);
    }
}
