using System.Text.Json.Nodes;
using Executor.Cluster;
using Executor.Cluster.Diagnosis;
using Executor.Hosting;
using Executor.TestKit.Kubernetes;
using Executor.Tests.Launching.Kubernetes;
using Xunit;

namespace Executor.Tests.Cluster;

public sealed class DoctorTests : ClusterFixture
{
    [Fact]
    public async Task A_cluster_that_has_everything_is_found_good()
    {
        Server.Options.ApiGroups.UnionWith(["metrics.k8s.io/v1beta1", "autoscaling.k8s.io/v1"]);
        Server.Create("/api/v1/namespaces/batch/serviceaccounts", new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ServiceAccount",
            ["metadata"] = new JsonObject { ["name"] = "executor-driver" },
        });
        CreateNode("16Gi");
        var state = StateDirectory.Open(Path.Combine(Folder, "state"));
        await using var store = await StoreConnection.OpenAsync(StoreAddress.Embedded, state, Cancellation);
        var findings = await ExamineAsync(Options() with { Store = store.Addresses, StoreKeyFile = state.KeyFile });
        Assert.All(findings.Values, finding => Assert.True(finding is { Grade: FindingGrade.Good, Remedy: null }, finding.ToString()));
        Assert.Contains("answers directly", findings["store"].Text, StringComparison.Ordinal);
        Assert.Contains("16.0 GiB", findings["nodes"].Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Server.Requests, request => request.Method is "PUT" or "PATCH" or "DELETE"
            || (request.Method == "POST" && !request.Path.Contains("reviews", StringComparison.Ordinal) && request.Query.GetValueOrDefault("dryRun") != "All"));
    }

    [Fact]
    public async Task Each_gap_is_named_with_what_to_do()
    {
        await StartAsync(new FakeApiOptions { Version = (1, 20) });
        Server.Options.Allows = attributes => (string?)attributes["subresource"] != "proxy" && ((string?)attributes["resource"] != "jobs" || (string?)attributes["verb"] == "get");
        CreateQuota("team", new JsonObject { ["pods"] = "10", ["services.loadbalancers"] = "0" }, new JsonObject { ["pods"] = "9" });
        var findings = await ExamineAsync(Options());

        AssertFound(findings["API server"], FindingGrade.Note, "v1.20.0", "--kube-api-qps");
        AssertFound(findings["rights to submit and read runs"], FindingGrade.Problem, "create jobs (submit the driver's Job, and clear away what drivers left)", "rbac.users");
        AssertFound(findings["rights to drive runs from here"], FindingGrade.Note, "deletecollection jobs", "--driver here");
        AssertFound(findings["driver's account"], FindingGrade.Warning, "there is no service account executor-driver", "install the chart");
        AssertFound(findings["store"], FindingGrade.Warning, "there is no Service executor-store", "--store");
        AssertFound(findings["quota"], FindingGrade.Warning, "pods 9 of 10", "raise the ResourceQuota");
        AssertFound(findings["nodes"], FindingGrade.Warning, "there is none", "until there is one");
        AssertFound(findings["metrics-server"], FindingGrade.Note, "metrics.k8s.io is not served, and the kubelets' summaries may not be read from here", "install metrics-server");
        AssertFound(findings["VPA"], FindingGrade.Note, "autoscaling.k8s.io is not served", "not needed");
    }

    [Theory]
    [InlineData("""{"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image x/shuffle-store:1"} }""", null, "waits: ImagePullBackOff: Back-off pulling image x/shuffle-store:1")]
    [InlineData("""{"running": {} }""", null, "runs and is not ready: bucket shuffle: the server at http://s3.example does not answer")]
    [InlineData(
        """{"waiting": {"reason": "CrashLoopBackOff"} }""",
        """{"terminated": {"exitCode": 3} }""",
        "has ended with exit code 3: bucket shuffle: the server at http://s3.example does not answer")]
    public async Task A_store_that_does_not_answer_is_told_of_with_what_its_pod_says(string state, string? lastState, string expected)
    {
        Server.Create("/api/v1/namespaces/batch/services", JsonNode.Parse("""
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "executor-store"},
             "spec": {"clusterIP": "10.96.0.7", "selector": {"app.kubernetes.io/component": "store"}, "ports": [{"name": "grpc", "port": 8815}]} }
            """)!.AsObject());
        Server.Create("/api/v1/namespaces/batch/secrets", new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = ClusterStore.KeySecret },
            ["data"] = new JsonObject { [ClusterStore.KeyName] = Convert.ToBase64String(new byte[32]) },
        });
        Server.Create(PodsPath, JsonNode.Parse("""
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "executor-store-1", "labels": {"app.kubernetes.io/component": "store"} },
             "spec": {"nodeName": "node1", "containers": [{"name": "store", "image": "x/shuffle-store:1"}]} }
            """)!.AsObject());
        Server.Mutate($"{PodsPath}/executor-store-1", pod => pod["status"] = new JsonObject
        {
            ["phase"] = "Running",
            ["containerStatuses"] = new JsonArray(new JsonObject
            {
                ["name"] = "store",
                ["ready"] = false,
                ["state"] = JsonNode.Parse(state),
                ["lastState"] = lastState is null ? null : JsonNode.Parse(lastState),
            }),
        });
        Server.SetLog(Space, "executor-store-1", "store", "starting\nbucket shuffle: the server at http://s3.example does not answer\n");
        var findings = await ExamineAsync(Options());
        AssertFound(findings["store"], FindingGrade.Problem, "no pod of Service executor-store", $"pod executor-store-1 {expected}");
    }

    [Fact]
    public async Task A_quota_with_room_is_good_and_a_limit_range_is_told()
    {
        CreateQuota("team", new JsonObject { ["limits.memory"] = "10Gi", ["services.nodeports"] = "0" }, new JsonObject { ["limits.memory"] = "1Gi" });
        Server.Create("/api/v1/namespaces/batch/limitranges", JsonNode.Parse("""
            {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "small"}, "spec": {"limits": [{"type": "Container", "max": {"memory": "1Gi"}}]}}
            """)!.AsObject());
        var findings = await ExamineAsync(Options());
        Assert.Equal(FindingGrade.Good, findings["quota"].Grade);
        AssertFound(findings["limit ranges"], FindingGrade.Note, "Container memory at most 1Gi", "is held");
    }

    [Fact]
    public async Task What_may_not_be_looked_at_is_said_to_be_so_and_the_rest_is_looked_at()
    {
        Server.Add(ApiFault.Refuse(
            request => request.Path.EndsWith("/nodes", StringComparison.Ordinal), new ApiErrorException(403, "Forbidden", "nodes is forbidden"), times: 100));
        var findings = await ExamineAsync(Options());
        Assert.Contains("nodes is forbidden", findings["nodes"].Text, StringComparison.Ordinal);
        AssertFound(findings["nodes"], FindingGrade.Note, "not looked at", "as somebody who has the right");
        Assert.True(findings.ContainsKey("VPA"));
    }

    [Fact]
    public async Task A_metrics_server_that_is_registered_and_does_not_answer_is_told_from_one_that_is_not_there()
    {
        Server.Options.ApiGroups.Add("metrics.k8s.io/v1beta1");
        Server.Add(ApiFault.Refuse(
            request => request.Path.Contains("/apis/metrics.k8s.io/", StringComparison.Ordinal),
            new ApiErrorException(503, "ServiceUnavailable", "the server is currently unable to handle the request"),
            times: 100));
        var findings = await ExamineAsync(Options());
        AssertFound(findings["metrics-server"], FindingGrade.Warning, "unable to handle the request", "APIService");
    }

    [Theory]
    [InlineData(null, "metrics.k8s.io is not served; ")]
    [InlineData("metrics.k8s.io/v1beta1", "metrics.k8s.io may not be read from here; ")]
    public async Task Where_metrics_are_not_to_be_had_live_usage_by_kubelets_is_told(string? group, string expected)
    {
        Server.Options.ApiGroups.UnionWith(group is null ? [] : [group]);
        Server.Add(ApiFault.Refuse(
            request => request.Path.Contains("/apis/metrics.k8s.io/", StringComparison.Ordinal), new ApiErrorException(403, "Forbidden", "pods is forbidden"), times: 100));
        Server.Options.Allows = attributes => ((string?)attributes["resource"], (string?)attributes["subresource"], (string?)attributes["verb"]) == ("nodes", "proxy", "get");
        var finding = (await ExamineAsync(Options()))["metrics-server"];
        Assert.Equal((FindingGrade.Good, null), (finding.Grade, finding.Remedy));
        Assert.StartsWith(expected, finding.Text, StringComparison.Ordinal);
        Assert.Contains("kubelets' summaries", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_out_of_reach_is_the_only_finding()
    {
        await Server.DisposeAsync();
        AssertFound(Assert.Single(await ExamineAsync(Options())).Value, FindingGrade.Problem, "the connection failed", $"({Cluster.Client.Configuration.Host})");
    }

    [Theory]
    [InlineData("""{"name": "store", "image": "x/shuffle-store:1", "args": ["--s3-bucket=shuffle", "--s3-endpoint=http://s3.example"]}""", "{}", true, "in the bucket shuffle of http://s3.example")]
    [InlineData("""{"name": "store", "image": "x/shuffle-store:1"}""", """{"persistentVolumeClaim": {"claimName": "mine"}}""", true, "in the volume claim mine")]
    [InlineData("""{"name": "store", "image": "x/shuffle-store:1"}""", """{"emptyDir": {}}""", false, "ephemeral: it is gone with pod executor-store-1")]
    public async Task Where_the_store_keeps_its_data_is_told(string container, string volume, bool isGood, string text)
    {
        var data = JsonNode.Parse(volume)!.AsObject();
        data["name"] = "data";
        CreateStorePod(container, data);
        var finding = (await ExamineAsync(Options()))["store's data"];
        Assert.Equal((isGood ? FindingGrade.Good : FindingGrade.Note, isGood), (finding.Grade, finding.Remedy is null));
        Assert.Contains(text, finding.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x/shuffle-store:1", true)]
    [InlineData("registry.example:5000/other/shuffle-store:1", true)]
    [InlineData("x/shuffle-store@sha256:0123", true)]
    [InlineData("x/shuffle-store:2", false)]
    public async Task A_store_of_another_version_than_the_images_of_runs_is_told(string image, bool isGood)
    {
        CreateStorePod(new JsonObject { ["name"] = "store", ["image"] = image }.ToJsonString(), new JsonObject { ["name"] = "data", ["emptyDir"] = new JsonObject() });
        var finding = (await ExamineAsync(Options()))["versions"];
        Assert.Equal((isGood ? FindingGrade.Good : FindingGrade.Note, isGood), (finding.Grade, finding.Remedy is null));
        Assert.Contains(image, finding.Text, StringComparison.Ordinal);
    }

    private static void AssertFound(Finding finding, FindingGrade grade, string text, string remedy)
    {
        Assert.Equal(grade, finding.Grade);
        Assert.Contains(text, finding.Text, StringComparison.Ordinal);
        Assert.Contains(remedy, finding.Remedy, StringComparison.Ordinal);
    }

    private async Task<Dictionary<string, Finding>> ExamineAsync(ClusterOptions options)
    {
        var findings = new Dictionary<string, Finding>();
        await foreach (var finding in new Doctor(Cluster, options, TimeProvider.System).ExamineAsync(Cancellation))
        {
            findings.Add(finding.Subject, finding);
        }

        return findings;
    }

    private void CreateStorePod(string container, JsonObject volume) => Server.Create(PodsPath, new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = "executor-store-1", ["labels"] = new JsonObject { ["app.kubernetes.io/component"] = "store" } },
        ["spec"] = new JsonObject { ["nodeName"] = "node1", ["containers"] = new JsonArray(JsonNode.Parse(container)), ["volumes"] = new JsonArray(volume) },
    });

    private void CreateNode(string memory)
    {
        Server.Create("/api/v1/nodes", new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["metadata"] = new JsonObject { ["name"] = "node1" } });
        Server.Mutate("/api/v1/nodes/node1", node => node["status"] = new JsonObject { ["allocatable"] = new JsonObject { ["cpu"] = "4", ["memory"] = memory } });
    }
}
