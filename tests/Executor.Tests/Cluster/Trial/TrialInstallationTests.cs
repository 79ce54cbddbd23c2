using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Executor.Cluster;
using Executor.Cluster.Trial;
using Executor.TestKit;
using Executor.TestKit.Certificates;
using Executor.TestKit.Kubernetes;
using Executor.Tests.Launching.Kubernetes;
using Xunit;

namespace Executor.Tests.Cluster.Trial;

public sealed class TrialInstallationTests : ClusterFixture
{
    private const string Deployment = "/apis/apps/v1/namespaces/batch/deployments/executor-store";
    private const string Secret = "/api/v1/namespaces/batch/secrets/executor-store-key";
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
        var role = Server.Find("/apis/rbac.authorization.k8s.io/v1/namespaces/batch/roles/executor-driver")!;
        Assert.Equal(AccessRules.Driver.Count, role["rules"]!.AsArray().Count);
    }

    [Fact]
    public async Task The_store_speaks_TLS_under_the_name_of_its_service()
    {
        await InstallAsync();

        using var authority = X509Certificate2.CreateFromPem(TextOf("ca.crt"));
        using var certificate = X509Certificate2.CreateFromPem(TextOf("tls.crt"), TextOf("tls.key"));
        Assert.True(certificate.IsTrustedBy(authority));
        Assert.True(certificate.MatchesHostname("executor-store.batch.svc"));
        Assert.False(certificate.MatchesHostname("executor-store.other.svc"));
        Assert.Contains("--tls-cert-file", Server.Find(Deployment)!["spec"]!["template"]!["spec"]!["containers"]![0]!["args"]!.AsArray().Select(item => (string?)item));
        Assert.InRange(TextOf("master.key").Length, 32, 1024);
    }

    [Fact]
    public async Task A_secret_that_has_no_certificate_is_taken_as_it_is()
    {
        Server.Create(Secret[..Secret.LastIndexOf('/')], JsonNode.Parse("""
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "executor-store-key"}, "data": {"master.key": "S0VFUC1USElTLUtFWQ=="} }
            """)!.AsObject());

        await InstallAsync();

        Assert.Equal("KEEP-THIS-KEY", TextOf("master.key"));
        Assert.DoesNotContain("tls", Server.Find(Deployment)!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_namespace_that_is_not_there_is_named_with_the_command_that_makes_it()
    {
        Server.Add(ApiFault.Refuse(
            request => request.Method == "POST", new ApiErrorException(404, "NotFound", "namespaces \"batch\" not found"), times: 1));
        var failure = await Assert.ThrowsAsync<ClusterException>(EnsureAsync);
        Assert.Contains("kubectl create namespace batch", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_notices);
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

    [Fact]
    public async Task What_a_store_waits_for_is_told_and_the_same_command_with_the_right_image_goes_on()
    {
        var time = new ManualTime();
        var installing = EnsureAsync(Options().Images, time);
        await EventuallyAsync(() => Server.Find("/api/v1/namespaces/batch/services/executor-store") is not null, "the Service");
        CreateStorePod("ErrImagePull", "x/shuffle-store:1: not found");

        // For three minutes the kubelet may yet succeed.
        while (!installing.IsCompleted)
        {
            await Task.WhenAny(installing, time.WhenTimerRunsAsync(due => due <= TimeSpan.FromSeconds(1), Cancellation));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        var refusal = await Assert.ThrowsAsync<ClusterException>(() => installing);
        Assert.StartsWith("the shuffle store cannot start: the image x/shuffle-store:1 cannot be pulled: x/shuffle-store:1: not found", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--image-tag", refusal.Message, StringComparison.Ordinal);
        Assert.StartsWith("the shuffle store does not run yet: the image x/shuffle-store:1 cannot be pulled yet", _notices[1], StringComparison.Ordinal);
        Assert.Equal(2, _notices.Count);

        var again = EnsureAsync(Options().Images with { Store = "x/shuffle-store:2" }, TimeProvider.System);
        await EventuallyAsync(() => StoreImage() == "x/shuffle-store:2", "the right image");
        Server.Mutate(Deployment, item => item["status"] = new JsonObject { ["readyReplicas"] = 1 });
        await again;
        Assert.Equal("the shuffle store in namespace batch does not run with the image x/shuffle-store:1: it is given x/shuffle-store:2", _notices[^1]);

        // One that works is not touched, nor is one of somebody else's.
        await EnsureAsync(Options().Images with { Store = "x/shuffle-store:3" }, TimeProvider.System);
        Server.Mutate(Deployment, item =>
        {
            item["status"] = new JsonObject();
            item["metadata"]!["labels"]!["app.kubernetes.io/managed-by"] = "Helm";
        });
        var other = EnsureAsync(Options().Images with { Store = "x/shuffle-store:3" }, TimeProvider.System);
        await EventuallyAsync(() => Requests("GET", "/pods").Count > 0 && !other.IsCompleted, "the wait");
        Server.Mutate(Deployment, item => item["status"] = new JsonObject { ["readyReplicas"] = 1 });
        await other;
        Assert.Equal("x/shuffle-store:2", StoreImage());
    }

    private string? StoreImage() => (string?)Server.Find(Deployment)!["spec"]!["template"]!["spec"]!["containers"]![0]!["image"];

    private void CreateStorePod(string reason, string message)
    {
        Server.Create(PodsPath, JsonNode.Parse("""
            {"apiVersion": "v1", "kind": "Pod",
             "metadata": {"name": "executor-store-1", "labels": {"app.kubernetes.io/component": "store"} },
             "spec": {"nodeName": "node1", "containers": [{"name": "store", "image": "x/shuffle-store:1"}]} }
            """)!.AsObject());
        var waiting = new JsonObject { ["reason"] = reason, ["message"] = message };
        Server.Mutate($"{PodsPath}/executor-store-1", pod => pod["status"] = new JsonObject
        {
            ["phase"] = "Pending",
            ["containerStatuses"] = new JsonArray(new JsonObject { ["name"] = "store", ["state"] = new JsonObject { ["waiting"] = waiting } }),
        });
    }

    private async Task InstallAsync()
    {
        var installing = EnsureAsync();
        await EventuallyAsync(() => Server.Find("/api/v1/namespaces/batch/services/executor-store") is not null, "the Service");
        Server.Mutate(Deployment, item => item["status"] = new JsonObject { ["readyReplicas"] = 1 });
        await installing;
    }

    private string TextOf(string name) => Encoding.UTF8.GetString(Convert.FromBase64String((string)Server.Find(Secret)!["data"]![name]!));

    private Task EnsureAsync() => EnsureAsync(Options().Images, TimeProvider.System);

    private Task EnsureAsync(ClusterImages images, TimeProvider time) => TrialInstallation.EnsureAsync(Cluster, images, _notices.Add, time, Cancellation);
}
