using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Launching;
using Executor.Launching.Kubernetes;
using Executor.Launching.Kubernetes.Pods;
using Executor.Launching.Kubernetes.Watching;
using Executor.TestKit.Kubernetes;
using Executor.Tests.Driving;
using Xunit;

namespace Executor.Tests.Launching.Kubernetes;

/// <summary>The launcher as a whole, over an API server that leaves pods to the executor; the tests play the kubelet.</summary>
public sealed class KubernetesLauncherTests : ClusterFixture
{
    private readonly MemoryRunRecords _records = new();
    private readonly ConcurrentQueue<Observation> _observed = [];

    private SampleJobs Sample => new(anchorUid: AnchorUid);

    [Fact]
    public async Task An_attempt_is_started_once_seen_to_run_and_to_end()
    {
        await using var launcher = await OpenAsync();
        await launcher.StartAsync(Sample.Request(), Cancellation);
        await launcher.StartAsync(Sample.Request(), Cancellation);
        Assert.Single(Server.All(JobsPath));
        Assert.Equal([SampleJobs.Attempt()], await launcher.ListAsync("nightly", Cancellation));
        Assert.Empty(await launcher.ListAsync("other", Cancellation));

        SetPod(SampleJobs.Attempt(), "Running");
        await SeenAsync(ObservedPhase.Running);
        SetPod(SampleJobs.Attempt(), "Failed");
        var end = await SeenAsync(ObservedPhase.Ended);
        Assert.Equal(3, end.Facts.ExitCode);
        await EventuallyAsync(() => ConditionsOf(SampleJobs.Attempt()).SequenceEqual(["FailureTarget", "Failed"]), "the Job's status");

        Assert.Equal([SampleJobs.Attempt()], await launcher.ListAsync("nightly", Cancellation));
        launcher.Release(SampleJobs.Attempt(), null);
        launcher.Release(SampleJobs.Attempt(), null);
        launcher.Release(SampleJobs.Attempt(index: 2), null);
        await EventuallyAsync(() => Server.All(JobsPath).Count == 0 && Server.All(PodsPath).Count == 0, "the deletion");
        Assert.Single(_observed, observation => observation.Phase == ObservedPhase.Ended);
    }

    [Fact]
    public async Task The_next_launcher_finds_what_runs_and_observes_what_has_ended_meanwhile()
    {
        await using (var first = await OpenAsync())
        {
            await first.StartAsync(Sample.Request(0), Cancellation);
            await first.StartAsync(Sample.Request(1), Cancellation);
        }

        SetPod(SampleJobs.Attempt(0), "Running");
        SetPod(SampleJobs.Attempt(1), "Succeeded");
        _observed.Clear();
        await using var second = await OpenAsync();
        Assert.Equal([SampleJobs.Attempt(0), SampleJobs.Attempt(1)], (await second.ListAsync("nightly", Cancellation)).OrderBy(attempt => attempt.Index));
        Assert.Equal(1, (await SeenAsync(ObservedPhase.Ended)).Attempt.Index);
        Assert.Equal(0, (await SeenAsync(ObservedPhase.Running)).Attempt.Index);
        await second.StartAsync(Sample.Request(0), Cancellation);
        Assert.Equal(2, Server.All(JobsPath).Count);
    }

    [Fact]
    public async Task A_launch_that_is_held_for_a_quota_is_no_end_and_succeeds_later()
    {
        await using var launcher = await OpenAsync();
        Server.Options.Quotas[(Space, "pods")] = 0;
        for (var round = 0; round < 3; round++)
        {
            Assert.True((await Assert.ThrowsAsync<LaunchException>(() => launcher.StartAsync(Sample.Request(), Cancellation))).Hold);
        }

        Server.Options.Quotas.Clear();
        await launcher.StartAsync(Sample.Request(), Cancellation);
        SetPod(SampleJobs.Attempt(), "Running");
        await SeenAsync(ObservedPhase.Running);
        Assert.DoesNotContain(_observed, observation => observation.Phase == ObservedPhase.Ended);
    }

    [Fact]
    public async Task A_quota_that_is_known_to_be_full_is_not_tried()
    {
        CreateQuota("team", new JsonObject { ["pods"] = "1" }, new JsonObject { ["pods"] = "1" });
        await using var launcher = await OpenAsync();
        await EventuallyAsync(() => Requests("GET", "/resourcequotas").Any(request => request.IsWatch), "the watch of quotas");
        var refusal = await Assert.ThrowsAsync<LaunchException>(() => launcher.StartAsync(Sample.Request(), Cancellation));
        Assert.True(refusal.Hold);
        Assert.Contains("resource quota team has no room", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Requests("POST", "/jobs"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_attempt_that_is_cancelled_ends_so(bool immediately)
    {
        await using var launcher = await OpenAsync();
        await launcher.CancelAsync(SampleJobs.Attempt(), immediately, Cancellation);
        await launcher.StartAsync(Sample.Request(), Cancellation);
        SetPod(SampleJobs.Attempt(), "Running");
        await SeenAsync(ObservedPhase.Running);

        await launcher.CancelAsync(SampleJobs.Attempt(), immediately, Cancellation);
        if (!immediately)
        {
            // The kubelet's part: the container has ended within its grace.
            foreach (var pod in Server.All(PodsPath))
            {
                Server.Delete($"{PodsPath}/{pod["metadata"]!["name"]}");
            }
        }

        Assert.True((await SeenAsync(ObservedPhase.Ended)).Facts.Cancelled);
        Assert.Empty(Server.All(JobsPath));
        await launcher.CancelAsync(SampleJobs.Attempt(), immediately, Cancellation);
    }

    [Fact]
    public async Task A_large_descriptor_goes_to_the_store_under_the_hash_that_the_job_names()
    {
        await using var launcher = await OpenAsync();
        var descriptor = Sample.Descriptor() with { Command = ["run", new string('x', JobFactory.MaxInlineDescriptor)] };
        await launcher.StartAsync(new LaunchRequest(descriptor, "secret"), Cancellation);
        var job = Server.All(JobsPath).Single();
        var hash = SampleJobs.VariableOf(job, Executor.Contracts.Reporting.EnvironmentNames.DescriptorBlob)!;
        var stored = await _records.GetAsync("nightly", RecordKeys.Blob(hash), Cancellation);
        Assert.Equal(JobFactory.Encode(descriptor), stored!.Value.ToArray());
        Assert.True(job.ToJsonString().Length < JobFactory.MaxInlineDescriptor);
    }

    [Fact]
    public async Task No_secret_is_in_a_job()
    {
        await using var launcher = await OpenAsync();
        await launcher.StartAsync(new LaunchRequest(Sample.Descriptor(), "the-run-key"), Cancellation);
        Assert.DoesNotContain(Server.Requests, request => request.Body?.ToJsonString().Contains("the-run-key", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task The_next_attempt_avoids_the_node_where_the_last_one_was_lost()
    {
        await using var launcher = await OpenAsync();
        await launcher.StartAsync(Sample.Request(), Cancellation);
        SetPod(SampleJobs.Attempt(), "Running", "node7");
        await SeenAsync(ObservedPhase.Running);
        Server.Delete($"{PodsPath}/{PodOf(SampleJobs.Attempt())}");
        await SeenAsync(ObservedPhase.Ended);

        launcher.Release(SampleJobs.Attempt(), PlatformCause.NodeLost);
        await launcher.StartAsync(Sample.Request(attempt: 2), Cancellation);
        var job = Server.Find($"{JobsPath}/{ObjectNames.Job(SampleJobs.Attempt(attempt: 2))}")!;
        Assert.Contains("node7", SampleJobs.SpecOf(job)["affinity"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watches_that_break_and_versions_that_are_forgotten_lose_nothing()
    {
        await using var launcher = await OpenAsync();
        await launcher.StartAsync(Sample.Request(), Cancellation);
        SetPod(SampleJobs.Attempt(), "Running");
        await SeenAsync(ObservedPhase.Running);

        // The server is away, and has forgotten what happened meanwhile when it is back.
        Server.Add(ApiFault.Abort(request => request.IsWatch, times: 8));
        CloseWatches();
        SetPod(SampleJobs.Attempt(), "Failed");
        Server.Compact();
        Assert.Equal(3, (await SeenAsync(ObservedPhase.Ended)).Facts.ExitCode);
    }

    [Fact]
    public async Task A_launcher_whose_anchor_is_deleted_or_gone_says_so_to_whoever_observes()
    {
        var launcher = await OpenAsync(observe: false);
        Server.Delete($"{ConfigMapsPath}/executor-nightly");
        await Assert.ThrowsAsync<AnchorDeletedException>(() => ObserveAsync(launcher));
        await launcher.DisposeAsync();
        await launcher.DisposeAsync();

        await using var late = await OpenAsync(observe: false);
        await Assert.ThrowsAsync<AnchorDeletedException>(() => ObserveAsync(late));
    }

    [Fact]
    public async Task The_largest_node_is_known_where_nodes_may_be_listed()
    {
        foreach (var (name, memory) in new[] { ("small", "1Gi"), ("large", "8Gi") })
        {
            Server.Create("/api/v1/nodes", new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["metadata"] = new JsonObject { ["name"] = name } });
            Server.Mutate($"/api/v1/nodes/{name}", node => node["status"] = new JsonObject { ["allocatable"] = new JsonObject { ["cpu"] = "3500m", ["memory"] = memory } });
        }

        await using var launcher = await OpenAsync();
        await EventuallyAsync(() => launcher.Largest?.MemoryBytes == 8L << 30, "the nodes");
        Assert.Equal(3500, launcher.Largest!.CpuMillicores);
    }

    private async Task<KubernetesLauncher> OpenAsync(bool observe = true)
    {
        var launcher = await KubernetesLauncher.OpenAsync(
            Client,
            new KubernetesLauncherOptions { NamespaceName = Space, Run = "nightly" },
            Sample.Factory,
            SampleJobs.Anchor(AnchorUid),
            _records,
            _ => { },
            TimeProvider.System,
            Cancellation);
        if (observe)
        {
            _ = ObserveAsync(launcher);
        }

        return launcher;
    }

    private async Task ObserveAsync(KubernetesLauncher launcher)
    {
        await foreach (var observation in launcher.ObserveAsync(Cancellation))
        {
            _observed.Enqueue(observation);
        }
    }

    private async Task<Observation> SeenAsync(ObservedPhase phase)
    {
        await EventuallyAsync(() => _observed.Any(observation => observation.Phase == phase), $"an observation of {phase}");
        return _observed.First(observation => observation.Phase == phase);
    }

    private static string PodOf(AttemptId attempt) => ObjectNames.Pod(ObjectNames.Job(attempt));

    private void SetPod(AttemptId attempt, string state, string node = "node1") => Server.Mutate($"{PodsPath}/{PodOf(attempt)}", pod =>
    {
        pod["spec"]!["nodeName"] = node;
        pod["status"] = SamplePods.Status(state);
    });

    private IEnumerable<string?> ConditionsOf(AttemptId attempt) =>
        (Server.Find($"{JobsPath}/{ObjectNames.Job(attempt)}")?["status"]?["conditions"] as JsonArray ?? []).Select(condition => (string?)condition!["type"]);

    private void CloseWatches()
    {
        using var now = new CancellationTokenSource();
        while (Server.NextWatchAsync(now.Token).AsTask() is { IsCompletedSuccessfully: true } watch)
        {
            watch.Result.Close();
        }

        now.Cancel();
    }
}
