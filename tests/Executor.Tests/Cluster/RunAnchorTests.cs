using System.Text.Json.Nodes;
using Executor.Cluster;
using Executor.Launching.Kubernetes.Pods;
using Executor.TestKit.Kubernetes;
using Executor.Tests.Launching.Kubernetes;
using Xunit;

namespace Executor.Tests.Cluster;

public sealed class RunAnchorTests : ClusterFixture
{
    private const string SecretsPath = "/api/v1/namespaces/batch/secrets";
    private static readonly Uri Store = new("http://store:8815");

    [Fact]
    public async Task The_second_who_asks_gets_the_first_ones_anchor()
    {
        var first = await EnsureAsync();
        Assert.Equal(first, await EnsureAsync());
        Assert.Equal("http://store:8815/", (string?)Server.Find($"{ConfigMapsPath}/executor-nightly")!["data"]!["store"]);
    }

    [Fact]
    public async Task A_run_keeps_the_addresses_that_its_first_driver_found_while_the_last_one_is_the_stores()
    {
        Uri pods = new("http://store-pods.batch.svc:8815"), moved = new("http://10.0.0.2:8815");
        var anchor = await EnsureAsync();
        Assert.Equal([Store], await RunAnchor.StoresAsync(Cluster, anchor, [pods, Store], Cancellation));
        Assert.Equal([pods, moved], await RunAnchor.StoresAsync(Cluster, anchor, [pods, moved], Cancellation));

        await RunAnchor.DeleteAsync(Cluster, "nightly", Cancellation);
        anchor = await RunAnchor.EnsureAsync(Cluster, "nightly", "q", [pods, Store], Cancellation);
        Assert.Equal([pods, Store], await RunAnchor.StoresAsync(Cluster, anchor, [Store], Cancellation));
    }

    [Fact]
    public async Task A_name_that_something_else_has_is_refused_and_one_that_goes_away_too()
    {
        Assert.NotEmpty(AnchorUid);
        var taken = await Assert.ThrowsAsync<ClusterException>(EnsureAsync);
        Assert.Contains("use another --run-id", taken.Message, StringComparison.Ordinal);

        Server.Mutate($"{ConfigMapsPath}/executor-nightly", map => map["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:00Z");
        var deleted = await Assert.ThrowsAsync<ClusterException>(EnsureAsync);
        Assert.Contains("is being deleted", deleted.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_anchor_that_goes_between_two_calls_is_made_anew()
    {
        await EnsureAsync();
        Server.Add(new ApiFault(
            request => request.Method == "GET",
            context =>
            {
                Server.Delete($"{ConfigMapsPath}/executor-nightly");
                throw new ApiErrorException(404, "NotFound", "configmaps \"executor-nightly\" not found");
            }));
        await EnsureAsync();
        Assert.NotNull(Server.Find($"{ConfigMapsPath}/executor-nightly"));
    }

    [Fact]
    public async Task The_secret_is_owned_written_once_and_never_read()
    {
        var anchor = await EnsureAsync();
        await RunAnchor.EnsureSecretAsync(Cluster, "nightly", "q", anchor, "key", null, Cancellation);
        await RunAnchor.EnsureSecretAsync(Cluster, "nightly", "q", anchor, "key", null, Cancellation);
        var secret = Server.All(SecretsPath).Single();
        Assert.Equal(anchor.Uid, (string?)secret["metadata"]!["ownerReferences"]![0]!["uid"]);
        Assert.True((bool)secret["immutable"]!);
        Assert.DoesNotContain(Server.Requests, request => request.Method == "GET" && request.Path.Contains("/secrets", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_of_another_authority_has_a_secret_of_its_own()
    {
        var anchor = await EnsureAsync();
        foreach (var authority in (string?[])[null, "first", "second", "second"])
        {
            await RunAnchor.EnsureSecretAsync(Cluster, "nightly", "q", anchor, "key", authority, Cancellation);
        }

        var secrets = Server.All(SecretsPath);
        Assert.Equal(3, secrets.Count);
        foreach (var authority in (string?[])[null, "first", "second"])
        {
            var secret = secrets.Single(item => (string?)item["metadata"]!["name"] == ObjectNames.RunSecret("nightly", anchor.Uid, "key", authority));
            Assert.Equal(authority, (string?)secret["stringData"]![PodFactory.StoreAuthoritiesKey]);
        }
    }

    [Fact]
    public async Task A_run_that_goes_on_after_the_master_key_was_replaced_has_a_secret_of_its_own()
    {
        var anchor = await EnsureAsync();
        foreach (var key in (string[])["old", "new", "new"])
        {
            await RunAnchor.EnsureSecretAsync(Cluster, "nightly", "q", anchor, key, null, Cancellation);
        }

        var secrets = Server.All(SecretsPath);
        Assert.Equal(["new", "old"], secrets.Select(item => (string?)item["stringData"]![PodFactory.RunSecretKey]).Order());
        Assert.Contains(secrets, item => (string?)item["metadata"]!["name"] == ObjectNames.RunSecret("nightly", anchor.Uid, "new"));
    }

    [Fact]
    public async Task With_the_anchor_everything_that_it_owns_goes()
    {
        var anchor = await EnsureAsync();
        await RunAnchor.EnsureSecretAsync(Cluster, "nightly", "q", anchor, "key", null, Cancellation);
        Server.Create(JobsPath, new SampleJobs(anchorUid: anchor.Uid).Job());
        Assert.True(await RunAnchor.DeleteAsync(Cluster, "nightly", Cancellation));
        Assert.Empty(Server.All(SecretsPath).Concat(Server.All(JobsPath)).Concat(Server.All(ConfigMapsPath)).Select(item => (JsonNode)item));
        Assert.False(await RunAnchor.DeleteAsync(Cluster, "nightly", Cancellation));
    }

    private Task<ObjectReference> EnsureAsync() =>
        RunAnchor.EnsureAsync(Cluster, "nightly", "q", [Store], Cancellation);
}
