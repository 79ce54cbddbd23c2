using System.Text.Json.Nodes;
using Executor.Contracts.Descriptors;
using Executor.Launching.Kubernetes.Watching;
using Executor.TestKit.Kubernetes;
using Xunit;

namespace Executor.Tests.Launching.Kubernetes.Watching;

public sealed class QuotaWatchTests : ClusterFixture
{
    private static readonly ResourceLimits Wanted = new(500, 1L << 30);
    private static readonly Dictionary<string, long> Others = new() { ["ephemeral-storage"] = 1L << 30, ["nvidia.com/gpu"] = 2 };

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
    [InlineData("requests.nvidia.com/gpu", "8", "6", 0, false)]
    [InlineData("requests.nvidia.com/gpu", "8", "7", 0, true)]
    [InlineData("requests.nvidia.com/gpu", "8", "6", 2, true)]
    [InlineData("requests.amd.com/gpu", "0", "0", 0, false)]
    [InlineData("limits.ephemeral-storage", "2Gi", "1Gi", 0, false)]
    [InlineData("requests.ephemeral-storage", "2Gi", "1025Mi", 0, true)]
    public async Task A_quota_with_no_room_is_named(string resource, string hard, string used, int uncounted, bool refuses)
    {
        CreateQuota("team", new JsonObject { [resource] = hard }, new JsonObject { [resource] = used });
        CreateQuota("sentinel", new JsonObject { ["limits.cpu"] = "1000" }, []);
        await WithWatchAsync(async quotas =>
        {
            await SeenAsync(quotas);
            var refusal = quotas.Refusal(Wanted, Others, (uncounted, uncounted));
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
            Assert.Null(quotas.Refusal(Wanted, Others, default));
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
        Assert.Null(quotas.Refusal(Wanted, Others, default));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task What_other_tasks_have_launched_takes_no_devices()
    {
        CreateQuota("team", new JsonObject { ["requests.nvidia.com/gpu"] = "4", ["limits.cpu"] = "1000" }, new JsonObject { ["requests.nvidia.com/gpu"] = "0" });
        await WithWatchAsync(async quotas =>
        {
            await SeenAsync(quotas);
            Assert.Null(quotas.Refusal(Wanted, Others, (All: 500, OfTask: 1)));
            Assert.Contains("requests.nvidia.com/gpu is limited to 4", quotas.Refusal(Wanted, Others, (All: 500, OfTask: 2)), StringComparison.Ordinal);
        });
    }

    // A demand that only the sentinel refuses tells that all quotas, which come in the order of their names or before it, have been seen.
    private static Task SeenAsync(QuotaWatch quotas) => EventuallyAsync(
        () => quotas.Refusal(new ResourceLimits(2_000_000, 0), new Dictionary<string, long>(), default) is { } refusal
            && (refusal.Contains("sentinel", StringComparison.Ordinal) || refusal.Contains("team", StringComparison.Ordinal)),
        "the quotas");

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
