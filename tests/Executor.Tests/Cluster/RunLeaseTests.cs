using System.Collections.Concurrent;
using Executor.Cluster;
using Executor.Tests.Launching.Kubernetes;
using Xunit;

namespace Executor.Tests.Cluster;

public sealed class RunLeaseTests : ClusterFixture
{
    private const string LeasesPath = "/apis/coordination.k8s.io/v1/namespaces/batch/leases";
    private readonly ConcurrentQueue<string> _notices = [];

    private string? Holder => (string?)Server.Find($"{LeasesPath}/executor-nightly")?["spec"]?["holderIdentity"];

    [Fact]
    public async Task The_second_driver_waits_says_for_whom_and_takes_over_when_the_first_has_ended()
    {
        var first = await HoldAsync("first");
        Assert.Equal("first", Holder);
        Assert.Equal(AnchorUid, (string?)Server.Find($"{LeasesPath}/executor-nightly")!["metadata"]!["ownerReferences"]![0]!["uid"]);
        var second = HoldAsync("second");
        await EventuallyAsync(() => !_notices.IsEmpty, "the notice");
        Assert.Equal(["run nightly is driven by first: waiting until that has ended or is gone"], _notices);
        Assert.False(second.IsCompleted);

        await first.DisposeAsync();
        await using var held = await second;
        Assert.Equal("second", Holder);
    }

    [Fact]
    public async Task Waiting_can_be_given_up()
    {
        await using var first = await HoldAsync("first");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var second = HoldAsync("second", stop.Token);
        await EventuallyAsync(() => !_notices.IsEmpty, "the notice");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal("first", Holder);
    }

    [Fact]
    public async Task The_lease_of_a_deleted_run_of_the_same_name_is_waited_out()
    {
        Server.Create(LeasesPath, new System.Text.Json.Nodes.JsonObject
        {
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["kind"] = "Lease",
            ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = "executor-nightly" },
            ["spec"] = new System.Text.Json.Nodes.JsonObject(),
        });
        var holding = HoldAsync("first");
        await EventuallyAsync(() => Requests("GET", "/executor-nightly").Count > 0, "a look at the lease");
        Server.Delete($"{LeasesPath}/executor-nightly");
        await using var held = await holding;
        Assert.Equal(AnchorUid, (string?)Server.Find($"{LeasesPath}/executor-nightly")!["metadata"]!["ownerReferences"]![0]!["uid"]);
    }

    private Task<RunLease> HoldAsync(string identity, CancellationToken? cancellationToken = null) => RunLease.HoldAsync(
        Cluster, "nightly", "q", SampleJobs.Anchor(AnchorUid), identity, _notices.Enqueue, TimeProvider.System, cancellationToken ?? Cancellation);
}
