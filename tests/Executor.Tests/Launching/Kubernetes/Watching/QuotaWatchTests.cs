using System.Text.Json.Nodes;
using Executor.Contracts.Descriptors;
using Executor.Launching.Kubernetes.Watching;
using Executor.TestKit.Kubernetes;
using Xunit;

namespace Executor.Tests.Launching.Kubernetes.Watching;

public sealed class QuotaWatchTests : ClusterFixture
{
    private static readonly ResourceLimits Wanted = new(500, 1L << 30);

    [Theory]
    [InlineData("limits.cpu", "2", "1500m", 0, false)]
    [InlineData("limits.cpu", "2", "1500m", 1, true)]
    [InlineData("requests.memory", "3Gi", "2Gi", 0, false)]
    [InlineData("requests.memory", "3Gi", "2049Mi", 0, true)]
    [InlineData("pods", "10", "10", 0, true)]
    [InlineData("pods", "10", "8", 2, true)]
    [InlineData("count/jobs.batch", "10", "9", 8, false)]
    [InlineData("count/jobs.batch", "10", "10", 0, true)]
    [InlineData("count/secrets", "1", "1", 0, false)]
    public async Task A_quota_with_no_room_is_named(string resource, string hard, string used, int uncounted, bool refuses)
    {
        CreateQuota("team", new JsonObject { [resource] = hard }, new JsonObject { [resource] = used });
        CreateQuota("sentinel", new JsonObject { ["limits.cpu"] = "1000" }, []);
        await WithWatchAsync(async quotas =>
        {
            await SeenAsync(quotas);
            var refusal = quotas.Refusal(Wanted, uncounted);
            Assert.Equal(refuses, refusal is not null);
            if (refuses)
            {
                Assert.Equal($"resource quota team has no room: {resource} is limited to {hard}", refusal);
            }
        });
    }

    [Theory]
    [InlineData("""{"scopes": ["BestEffort"]}""")]
    [InlineData("""{"scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "In", "values": ["high"]}]}}""")]
    public async Task A_quota_for_some_pods_is_left_to_the_server(string spec)
    {
        CreateQuota("scoped", new JsonObject { ["pods"] = "0" }, new JsonObject { ["pods"] = "0" }, JsonNode.Parse(spec)!.AsObject());
        CreateQuota("sentinel", new JsonObject { ["limits.cpu"] = "1000" }, []);
        await WithWatchAsync(async quotas =>
        {
            await SeenAsync(quotas);
            Assert.Null(quotas.Refusal(Wanted, 0));
        });
    }

    [Fact]
    public async Task Without_the_right_to_look_there_is_room_and_nothing_is_complained_of()
    {
        Server.Add(ApiFault.Refuse(_ => true, new ApiErrorException(403, "Forbidden", "may not"), times: 1000));
        var complaints = new List<string>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var quotas = new QuotaWatch(Client, Space);
        var watching = quotas.RunAsync(complaints.Add, stop.Token);
        await EventuallyAsync(() => !Server.Requests.IsEmpty, "a request");
        Assert.Null(quotas.Refusal(Wanted, 0));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
        Assert.Empty(complaints);
    }

    // A demand that only the sentinel refuses tells that all quotas, which come in the order of their names or before it, have been seen.
    private static Task SeenAsync(QuotaWatch quotas) => EventuallyAsync(() => quotas.Refusal(new ResourceLimits(2_000_000, 0), 0)?.Contains("sentinel", StringComparison.Ordinal) == true
        || quotas.Refusal(new ResourceLimits(2_000_000, 0), 0)?.Contains("team", StringComparison.Ordinal) == true, "the quotas");

    private async Task WithWatchAsync(Func<QuotaWatch, Task> test)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var quotas = new QuotaWatch(Client, Space);
        var watching = quotas.RunAsync(_ => { }, stop.Token);
        await test(quotas);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
    }
}
