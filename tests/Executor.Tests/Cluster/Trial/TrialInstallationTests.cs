using System.Text.Json.Nodes;
using Executor.Cluster;
using Executor.Cluster.Trial;
using Executor.TestKit.Kubernetes;
using Executor.Tests.Launching.Kubernetes;
using Xunit;

namespace Executor.Tests.Cluster.Trial;

public sealed class TrialInstallationTests : ClusterFixture
{
    private const string Deployment = "/apis/apps/v1/namespaces/batch/deployments/executor-store";
    private readonly List<string> _notices = [];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_is_started_once_with_a_volume_where_there_is_a_class_for_it(bool hasClass)
    {
        if (hasClass)
        {
            Server.Create("/apis/storage.k8s.io/v1/storageclasses", JsonNode.Parse("""
                {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
                 "metadata": {"name": "local", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}}
                """)!.AsObject());
        }

        var installing = EnsureAsync();
        await EventuallyAsync(() => Server.Find("/api/v1/namespaces/batch/services/executor-store") is not null, "the Service");
        Assert.False(installing.IsCompleted);

        // A second command at the same time waits for the first one's store.
        var second = EnsureAsync();
        Server.Mutate(Deployment, item => item["status"] = new JsonObject { ["readyReplicas"] = 1 });
        await installing;
        await second;
        await EnsureAsync();

        Assert.Equal(hasClass ? "a volume claim of 20Gi" : "ephemeral", Assert.Single(_notices).Contains("ephemeral", StringComparison.Ordinal) ? "ephemeral" : "a volume claim of 20Gi");
        Assert.Equal(hasClass ? 1 : 0, Server.All("/api/v1/namespaces/batch/persistentvolumeclaims").Count);
        var store = Server.Find(Deployment)!["spec"]!["template"]!["spec"]!;
        Assert.All(store["containers"]!.AsArray(), container => Assert.True(JsonNode.DeepEquals(container!["resources"]!["limits"], container["resources"]!["requests"])));
        Assert.NotNull(Server.Find("/api/v1/namespaces/batch/secrets/executor-store-key")!["stringData"] ?? Server.Find("/api/v1/namespaces/batch/secrets/executor-store-key")!["data"]);
        var role = Server.Find("/apis/rbac.authorization.k8s.io/v1/namespaces/batch/roles/executor-driver")!;
        Assert.Equal(AccessRules.Driver.Count, role["rules"]!.AsArray().Count);
    }

    [Fact]
    public async Task Where_it_may_not_be_started_the_message_says_what_to_do()
    {
        Server.Add(ApiFault.Refuse(
            request => request.Method == "POST" && request.Path.EndsWith("/deployments", StringComparison.Ordinal),
            new ApiErrorException(403, "Forbidden", "deployments.apps is forbidden")));
        var refusal = await Assert.ThrowsAsync<ClusterException>(EnsureAsync);
        Assert.Contains("have the chart installed, or name a store with --store", refusal.Message, StringComparison.Ordinal);
    }

    private Task EnsureAsync() => TrialInstallation.EnsureAsync(Cluster, Options().Images, _notices.Add, TimeProvider.System, Cancellation);
}
