using System.Net;
using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.TestKit.Kubernetes;

namespace Kubernetes.Tests.Client;

public sealed class GenericClientTests : ClientFixture
{
    [Fact]
    public async Task Groups_come_with_those_of_added_servers_and_metrics_are_read_where_there_are_any()
    {
        Server.Options.ApiGroups.Add("metrics.k8s.io/v1beta1");
        var groups = await Client.GetApiGroupsAsync(Cancellation);
        Assert.True(groups.Has("metrics.k8s.io", "v1beta1"));
        Assert.False(groups.Has("metrics.k8s.io", "v1"));
        Assert.False(groups.Has("custom.metrics.k8s.io"));

        Server.Create("/apis/metrics.k8s.io/v1beta1/namespaces/batch/pods", JsonNode.Parse("""
            {"apiVersion": "metrics.k8s.io/v1beta1", "kind": "PodMetrics", "metadata": {"name": "a"}, "timestamp": "2026-01-02T03:04:05Z", "window": "15.2s",
             "containers": [{"name": "main", "usage": {"cpu": "137n", "memory": "2Mi"}}]}
            """)!.AsObject());
        var metrics = Assert.Single((await Client.PodMetrics("batch").ListAllAsync(cancellationToken: Cancellation)).Items);
        Assert.Equal(("15.2s", new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc)), (metrics.Window, metrics.Timestamp));
        Assert.Equal(2 << 20, metrics.Containers!.Single().Usage!["memory"].ToInt64());
    }

    [Fact]
    public async Task A_job_is_created_from_JSON_and_read_back_typed()
    {
        var created = await Client.Jobs("batch").CreateAsync(Job("a"), cancellationToken: Cancellation);
        var read = await Client.Jobs("batch").ReadAsync("a", Cancellation);

        Assert.Equal("example.com/executor", created.Spec!.ManagedBy);
        Assert.Equal((0, created.Metadata.Uid, "batch"), (read.Spec!.BackoffLimit, read.Metadata.Uid, read.Metadata.NamespaceProperty));
        var request = Server.Requests.First();
        Assert.Equal(("executor", "HTTP/2"), (request.Query["fieldManager"], request.Protocol));
        Assert.StartsWith("executor/", request.Headers["User-Agent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_before_1_32_drops_managedBy_and_the_answer_shows_it()
    {
        await StartAsync(new FakeApiOptions { Version = (1, 31) });

        Assert.Null((await Client.Jobs("batch").CreateAsync(Job("a"), cancellationToken: Cancellation)).Spec!.ManagedBy);
    }

    [Fact]
    public async Task A_typed_object_is_created_with_its_kind()
    {
        var map = new V1ConfigMap { Metadata = { GenerateName = "run-" }, Data = new Dictionary<string, string> { ["k"] = "v" } };

        var created = await Client.ConfigMaps("batch").CreateAsync(map, cancellationToken: Cancellation);

        Assert.StartsWith("run-", created.Metadata.Name, StringComparison.Ordinal);
        Assert.Equal("v", created.Data!["k"]);
    }

    [Fact]
    public async Task A_taken_name_a_missing_object_and_a_wrong_one_are_told_apart()
    {
        var jobs = Client.Jobs("batch");
        await jobs.CreateAsync(Job("a"), cancellationToken: Cancellation);

        var taken = await FailsAsync(jobs.CreateAsync(Job("a"), cancellationToken: Cancellation));
        var missing = await FailsAsync(jobs.ReadAsync("b", Cancellation));
        var wrong = await FailsAsync(jobs.CreateAsync(Job("UPPER"), cancellationToken: Cancellation));

        Assert.Equal((true, false, false), (taken.IsAlreadyExists, taken.IsConflict, taken.IsNotFound));
        Assert.Equal("a", taken.Status!.Details!.Name);
        Assert.True(missing.IsNotFound);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "metadata.name"), (wrong.StatusCode, Assert.Single(wrong.Status!.Details!.Causes!).Field));
        Assert.Contains("GET /apis/batch/v1/namespaces/batch/jobs/b: 404 NotFound", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replacement_of_an_older_version_is_a_conflict()
    {
        var maps = Client.ConfigMaps("batch");
        var first = await maps.CreateAsync(new V1ConfigMap { Metadata = { Name = "a" } }, cancellationToken: Cancellation);
        first.Data = new Dictionary<string, string> { ["k"] = "1" };
        var second = await maps.ReplaceAsync(first, "a", cancellationToken: Cancellation);

        var failure = await FailsAsync(maps.ReplaceAsync(first, "a", cancellationToken: Cancellation));

        Assert.True(failure.IsConflict);
        Assert.NotEqual(first.Metadata.ResourceVersion, second.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Each_form_of_a_patch_has_its_own_meaning()
    {
        Server.Create(Pods, Pod("a"));
        var pods = Client.Pods("batch");
        Server.Mutate(Pods + "/a", pod => pod["status"]!["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "False" }));

        await PatchAsync("""{"metadata":{"labels":{"run":null,"x":"1"}}}""", V1Patch.PatchType.MergePatch);
        await PatchAsync("""[{"op":"test","path":"/metadata/labels/x","value":"1"},{"op":"add","path":"/metadata/labels/y","value":"2"}]""", V1Patch.PatchType.JsonPatch);
        await pods.PatchStatusAsync(
            new V1Patch(JsonNode.Parse("""{"status":{"conditions":[{"type":"Done","status":"True"}]}}""")!, V1Patch.PatchType.StrategicMergePatch), "a", cancellationToken: Cancellation);
        var applied = await PatchAsync("""{"apiVersion":"v1","kind":"Pod","metadata":{"labels":{"z":"3"}}}""", V1Patch.PatchType.ApplyPatch);

        Assert.Equal(["x=1", "y=2", "z=3"], applied.Metadata.Labels!.Select(label => $"{label.Key}={label.Value}"));
        Assert.Equal(["Ready", "Done"], applied.Status!.Conditions!.Select(condition => condition.Type));
        Assert.Equal("true", Server.Requests.Last().Query["force"]);
        var failure = await FailsAsync(PatchAsync("""[{"op":"test","path":"/metadata/labels/x","value":"9"}]""", V1Patch.PatchType.JsonPatch));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, failure.StatusCode);

        Task<V1Pod> PatchAsync(string body, V1Patch.PatchType type) =>
            pods.PatchAsync(new V1Patch(JsonNode.Parse(body)!, type), "a", new WriteOptions { Force = true }, Cancellation);
    }

    [Fact]
    public async Task An_apply_creates_what_is_missing()
    {
        var patch = new V1Patch(JsonNode.Parse("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}""")!, V1Patch.PatchType.ApplyPatch);

        Assert.Equal("v", (await Client.ConfigMaps("batch").PatchAsync(patch, "a", cancellationToken: Cancellation)).Data!["k"]);
    }

    [Fact]
    public async Task A_deletion_spares_another_object_of_the_same_name()
    {
        var pods = Client.Pods("batch");
        Server.Create(Pods, Pod("a"));
        var options = new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = "another" } };

        Assert.True((await FailsAsync(pods.DeleteAsync("a", options, Cancellation))).IsConflict);
        Assert.Null(await pods.DeleteAsync("a", cancellationToken: Cancellation));
        Assert.True((await FailsAsync(pods.DeleteAsync("a", cancellationToken: Cancellation))).IsNotFound);
    }

    [Fact]
    public async Task A_pod_on_a_node_stays_for_its_grace_period_and_the_deletion_returns_it()
    {
        Server.Create(Pods, Pod("a", node: "n"));

        var dying = await Client.Pods("batch").DeleteAsync("a", new V1DeleteOptions { GracePeriodSeconds = 5 }, Cancellation);
        Assert.Equal(5, dying!.Metadata.DeletionGracePeriodSeconds);
        Assert.NotNull(dying.Metadata.DeletionTimestamp);

        Assert.Null(await Client.Pods("batch").DeleteAsync("a", new V1DeleteOptions { GracePeriodSeconds = 0 }, Cancellation));
        Assert.Null(Server.Find(Pods + "/a"));
    }

    [Theory]
    [InlineData(V1DeleteOptions.Background, false)]
    [InlineData(V1DeleteOptions.Orphan, true)]
    [InlineData(null, true)]
    public async Task A_jobs_pods_go_with_it_only_in_the_background_policy(string? policy, bool stays)
    {
        var job = await Client.Jobs("batch").CreateAsync(Job("a"), cancellationToken: Cancellation);
        var pod = Pod("a-1");
        pod["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = "Job", ["name"] = "a", ["uid"] = job.Metadata.Uid });
        Server.Create(Pods, pod);

        await Client.Jobs("batch").DeleteAsync("a", new V1DeleteOptions { PropagationPolicy = policy }, Cancellation);

        Assert.Equal(stays, Server.Find(Pods + "/a-1") is not null);
    }

    [Fact]
    public async Task A_collection_is_deleted_by_its_selectors_and_finalizers_hold_objects_back()
    {
        Server.Create(Pods, Pod("a", "one"));
        Server.Create(Pods, Pod("b", "two"));
        var held = Pod("c", "one");
        held["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        Server.Create(Pods, held);

        await Client.Pods("batch").DeleteCollectionAsync(new ListOptions { LabelSelector = "run in (one, three)" }, cancellationToken: Cancellation);

        Assert.Equal(["b", "c"], Server.All(Pods).Select(pod => (string)pod["metadata"]!["name"]!));
        Server.Mutate(Pods + "/c", pod => pod["metadata"]!["finalizers"] = null);
        Assert.Single(Server.All(Pods));
    }

    [Fact]
    public async Task Whether_a_collection_was_deleted_is_not_known_when_the_answer_breaks_off()
    {
        Server.Create(Pods, Pod("a", "one"));
        Server.Add(new ApiFault(request => request.Method == "DELETE", async context =>
        {
            await context.Response.Body.WriteAsync(new byte[1 << 20], Cancellation);
            await context.Response.Body.FlushAsync(Cancellation);
            context.Abort();
        }));

        var failure = await Assert.ThrowsAsync<KubernetesException>(() => Client.Pods("batch").DeleteCollectionAsync(cancellationToken: Cancellation));
        Assert.True(failure.IsTransportFailure);
        await Client.Pods("batch").DeleteCollectionAsync(cancellationToken: Cancellation);
        Assert.Empty(Server.All(Pods));
    }

    [Fact]
    public async Task A_selector_reaches_the_server_as_it_was_written()
    {
        Server.Create(Pods, Pod("a", "one"));
        Server.Create(Pods, Pod("b", "two"));

        var found = await Client.Pods("batch").ListAllAsync(new ListOptions { LabelSelector = "run notin (two),!x", FieldSelector = "status.phase=Pending" }, Cancellation);

        Assert.Equal("a", Assert.Single(found.Items).Metadata.Name);
        Assert.Equal("run notin (two),!x", Server.Requests.Last().Query["labelSelector"]);
        Assert.Equal("v1/Pod", $"{found.Items[0].ApiVersion}/{found.Items[0].Kind}");
    }

    [Fact]
    public async Task A_list_in_pages_shows_one_moment()
    {
        Fill(7);
        var version = $"{Server.Revision}";
        var pages = new List<int>();

        await foreach (var page in Client.Pods("batch").ListPagesAsync(new ListOptions { Limit = 3 }, Cancellation))
        {
            pages.Add(page.List.Items.Count);
            Assert.Equal(version, page.List.Metadata.ResourceVersion);
            Server.Create(Pods, Pod($"later-{pages.Count}"));
        }

        Assert.Equal([3, 3, 1], pages);
    }

    [Fact]
    public async Task A_list_that_expires_between_pages_starts_over_and_asks_for_all_in_the_end()
    {
        Fill(5);
        var firsts = 0;
        var items = 0;

        await foreach (var page in Client.Pods("batch").ListPagesAsync(new ListOptions { Limit = 2 }, Cancellation))
        {
            firsts += page.IsFirst ? 1 : 0;
            items = page.IsFirst ? page.List.Items.Count : items + page.List.Items.Count;
            Server.Create(Pods, Pod($"later-{firsts}"));
            Server.Compact();
        }

        Assert.Equal((3, 7), (firsts, items));
        Assert.DoesNotContain("limit", Server.Requests.Last().Query.Keys);
    }

    [Fact]
    public async Task Pods_of_all_namespaces_are_listed_and_need_a_namespace_to_be_read()
    {
        Server.Create(Pods, Pod("a"));
        Server.Create("/api/v1/namespaces/other/pods", Pod("a"));

        Assert.Equal(2, (await Client.Pods(null).ListAllAsync(cancellationToken: Cancellation)).Items.Count);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Client.Pods(null).ReadAsync("a", Cancellation));
        Assert.Throws<ArgumentException>(() => Client.Resource(KubernetesResources.Nodes, "batch"));
    }

    [Theory]
    [InlineData("../secrets")]
    [InlineData("a/b?x=1")]
    public async Task A_name_cannot_lead_to_another_path(string name)
    {
        await FailsAsync(Client.Pods("batch").ReadAsync(name, Cancellation));

        Assert.StartsWith(Pods + "/", Server.Requests.Single().Path, StringComparison.Ordinal);
        Assert.Empty(Server.Requests.Single().Query);
    }

    [Fact]
    public async Task A_dry_run_stores_nothing()
    {
        await Client.Jobs("batch").CreateAsync(Job("a"), new WriteOptions { DryRun = true, FieldValidation = "Strict" }, Cancellation);

        Assert.Empty(Server.All(Jobs));
        Assert.Equal("Strict", Server.Requests.Single().Query["fieldValidation"]);
    }

    private static Task<KubernetesException> FailsAsync(Task call) => Assert.ThrowsAsync<KubernetesException>(() => call);

    private void Fill(int pods)
    {
        for (var i = 0; i < pods; i++)
        {
            Server.Create(Pods, Pod($"p-{i}"));
        }
    }
}
