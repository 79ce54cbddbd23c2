using Executor.Kubernetes.LeaderElection;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;
using Kubernetes.Tests.Client;

namespace Kubernetes.Tests.LeaderElection;

public sealed class LeaderElectorTests : ClientFixture
{
    private const string Lease = "/apis/coordination.k8s.io/v1/namespaces/batch/leases/run";
    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_free_lease_is_taken_and_given_back()
    {
        var elector = Elector("a");

        Assert.True(await elector.RunAsync(
            _ =>
            {
                Assert.Equal("a", Holder());
                Assert.Equal("a", elector.CurrentLeader);
                return Task.CompletedTask;
            },
            Cancellation));
        Assert.Equal("", Holder());
        Assert.Equal(0, (int)Server.Find(Lease)!["spec"]!["leaseTransitions"]!);
    }

    [Fact]
    public async Task A_lease_is_taken_over_once_it_was_not_renewed_for_its_duration()
    {
        Server.Create("/apis/coordination.k8s.io/v1/namespaces/batch/leases", new System.Text.Json.Nodes.JsonObject
        {
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["kind"] = "Lease",
            ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = "run" },
            ["spec"] = new System.Text.Json.Nodes.JsonObject
            {
                ["holderIdentity"] = "gone",
                ["leaseDurationSeconds"] = 15,
                ["renewTime"] = "2001-01-01T00:00:00.000000Z",
                ["leaseTransitions"] = 4,
            },
        });
        var led = Elector("b").RunAsync(_ => Task.CompletedTask, Cancellation);

        for (var waited = 0; waited < 16; waited += 2)
        {
            Assert.Equal("gone", Holder());
            await PassAsync(2);
        }

        Assert.True(await led);
        Assert.Equal(5, (int)Server.Find(Lease)!["spec"]!["leaseTransitions"]!);
    }

    [Fact]
    public async Task A_leader_that_cannot_renew_is_told_within_the_deadline()
    {
        var began = new TaskCompletionSource();
        var led = Elector("a").RunAsync(
            async cancellationToken =>
            {
                began.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            },
            Cancellation);
        await began.Task;
        Server.Add(ApiFault.Refuse(_ => true, new ApiErrorException(500, "InternalError", "etcd is away"), times: 100));

        for (var waited = 0; waited < 10; waited += 2)
        {
            await PassAsync(2);
        }

        Assert.False(await led);
    }

    [Fact]
    public async Task A_renewal_whose_answer_is_outstanding_when_the_leader_ends_keeps_no_lease()
    {
        var renewed = new TaskCompletionSource();
        Assert.True(await Elector("a").RunAsync(
            async _ =>
            {
                Server.Add(new ApiFault(request => request.Method == "PUT", async context =>
                {
                    Server.Mutate(Lease, lease => lease["spec"]!["renewTime"] = "2026-01-01T00:00:02.000000Z");
                    renewed.SetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
                }));
                await PassAsync(2);
                await renewed.Task;
            },
            Cancellation));
        Assert.Equal("", Holder());
    }

    [Fact]
    public async Task A_lease_that_another_took_is_not_given_back_for_it()
    {
        Assert.True(await Elector("a").RunAsync(
            _ =>
            {
                Server.Mutate(Lease, lease => lease["spec"]!["holderIdentity"] = "b");
                return Task.CompletedTask;
            },
            Cancellation));
        Assert.Equal("b", Holder());
    }

    [Fact]
    public async Task Times_that_cannot_work_are_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => new LeaderElector(
            Client.Leases("batch"),
            new LeaderElectionConfig { Name = "run", Identity = "a", RenewDeadline = TimeSpan.FromSeconds(15) },
            _time).RunAsync(_ => Task.CompletedTask, Cancellation));

    private LeaderElector Elector(string identity) =>
        new(Client.Leases("batch"), new LeaderElectionConfig { Name = "run", Identity = identity }, _time);

    private string? Holder() => (string?)Server.Find(Lease)!["spec"]!["holderIdentity"];

    private async Task PassAsync(int seconds)
    {
        await _time.WhenTimerRunsAsync(due => due == TimeSpan.FromSeconds(seconds), Cancellation);
        _time.Advance(TimeSpan.FromSeconds(seconds));
    }
}
