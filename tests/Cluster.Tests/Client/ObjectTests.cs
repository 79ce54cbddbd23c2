using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using static Executor.Kubernetes.Models.V1Patch;

namespace Cluster.Tests.Client;

public sealed class ObjectTests : ClusterFixture
{
    private GenericClient<V1ConfigMap> ConfigMaps => Client.ConfigMaps(Namespace.Name);

    [Fact]
    public async Task An_object_is_created_read_replaced_and_deleted()
    {
        var created = await ConfigMaps.CreateAsync(ConfigMap("a", ("k", "1")), cancellationToken: Cancellation);
        var taken = await Assert.ThrowsAsync<KubernetesException>(() => ConfigMaps.CreateAsync(ConfigMap("a"), cancellationToken: Cancellation));
        Assert.True(taken.IsAlreadyExists);

        created.Data!["k"] = "2";
        var replaced = await ConfigMaps.ReplaceAsync(created, "a", cancellationToken: Cancellation);
        Assert.Equal((created.Metadata.Uid, "2"), (replaced.Metadata.Uid, (await ConfigMaps.ReadAsync("a", Cancellation)).Data!["k"]));
        var stale = await Assert.ThrowsAsync<KubernetesException>(() => ConfigMaps.ReplaceAsync(created, "a", cancellationToken: Cancellation));
        Assert.True(stale.IsConflict);

        var other = new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = "0d1cb7b0-0000-0000-0000-000000000000" } };
        var unlike = await Assert.ThrowsAsync<KubernetesException>(() => ConfigMaps.DeleteAsync("a", other, Cancellation));
        Assert.True(unlike.IsConflict);
        Assert.Null(await ConfigMaps.DeleteAsync("a", cancellationToken: Cancellation));
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => ConfigMaps.DeleteAsync("a", cancellationToken: Cancellation))).IsNotFound);
    }

    [Fact]
    public async Task A_typed_object_goes_there_and_back_with_bytes_and_a_generated_name()
    {
        var secret = new V1Secret
        {
            Metadata = new V1ObjectMeta { GenerateName = "key-", Labels = new Dictionary<string, string> { ["run"] = "a" } },
            Data = new Dictionary<string, byte[]> { ["key"] = [0, 255, 7] },
        };
        var created = await Client.Secrets(Namespace.Name).CreateAsync(secret, cancellationToken: Cancellation);
        var read = await Client.Secrets(Namespace.Name).ReadAsync(created.Metadata.Name!, Cancellation);

        Assert.StartsWith("key-", read.Metadata.Name, StringComparison.Ordinal);
        Assert.Equal([0, 255, 7], read.Data!["key"]);
        Assert.Equal("a", read.Metadata.Labels!["run"]);
    }

    [Fact]
    public async Task What_is_wrong_is_refused_with_the_field()
    {
        var wrong = await Assert.ThrowsAsync<KubernetesException>(() => ConfigMaps.CreateAsync(ConfigMap("Not_A_Name"), cancellationToken: Cancellation));

        Assert.Equal("Invalid", wrong.Reason);
        Assert.Equal("metadata.name", Assert.Single(wrong.Status!.Details!.Causes!).Field);
    }

    [Fact]
    public async Task A_dry_run_stores_nothing()
    {
        var answer = await ConfigMaps.CreateAsync(ConfigMap("a"), new WriteOptions { DryRun = true }, Cancellation);

        Assert.Equal("a", answer.Metadata.Name);
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => ConfigMaps.ReadAsync("a", Cancellation))).IsNotFound);
    }

    [Fact]
    public async Task The_four_kinds_of_patch_change_what_they_say()
    {
        var created = await ConfigMaps.CreateAsync(ConfigMap("a", ("kept", "1"), ("gone", "1")), cancellationToken: Cancellation);

        await PatchAsync("""[{"op": "test", "path": "/data/kept", "value": "1"}, {"op": "add", "path": "/data/json", "value": "2"}]""", PatchType.JsonPatch);
        await PatchAsync("""{"data": {"merge": "3", "gone": null}}""", PatchType.MergePatch);
        await PatchAsync("""{"metadata": {"finalizers": ["example.com/one"]}}""", PatchType.StrategicMergePatch);
        var patched = await PatchAsync("""{"metadata": {"finalizers": ["example.com/two"]}}""", PatchType.StrategicMergePatch);
        Assert.Equal(["json", "kept", "merge"], patched.Data!.Keys.Order());

        // Finalizers are merged by element; a merge patch replaces them.
        Assert.Equal(["example.com/one", "example.com/two"], patched.Metadata.Finalizers!.Order());
        Assert.Null((await PatchAsync("""{"metadata": {"finalizers": []}}""", PatchType.MergePatch)).Metadata.Finalizers);

        var failed = await Assert.ThrowsAsync<KubernetesException>(
            () => PatchAsync("""[{"op": "test", "path": "/data/kept", "value": "other"}]""", PatchType.JsonPatch));
        Assert.Equal("Invalid", failed.Reason);
        var stale = await Assert.ThrowsAsync<KubernetesException>(
            () => PatchAsync($$$"""{"metadata": {"resourceVersion": "{{{created.Metadata.ResourceVersion}}}"}, "data": {"x": "y"}}""", PatchType.MergePatch));
        Assert.True(stale.IsConflict);

        Task<V1ConfigMap> PatchAsync(string json, PatchType type) =>
            ConfigMaps.PatchAsync(new V1Patch(JsonNode.Parse(json)!, type), "a", cancellationToken: Cancellation);
    }

    [Fact]
    public async Task An_apply_creates_what_is_missing_and_conflicts_with_other_managers_until_it_is_forced()
    {
        await ApplyAsync("first", force: false, ("k", "1"), ("own", "1"));
        var conflict = await Assert.ThrowsAsync<KubernetesException>(() => ApplyAsync("second", force: false, ("k", "2")));
        Assert.True(conflict.IsConflict);
        Assert.Contains(conflict.Status!.Details!.Causes!, cause => cause.Reason == "FieldManagerConflict" && cause.Field == ".data.k");

        var forced = await ApplyAsync("second", force: true, ("k", "2"));
        Assert.Equal(("2", "1"), (forced.Data!["k"], forced.Data["own"]));

        // What a manager no longer says, and nobody else does, goes away.
        var less = await ApplyAsync("first", force: true, ("k", "2"));
        Assert.Equal(["k"], less.Data!.Keys);

        Task<V1ConfigMap> ApplyAsync(string manager, bool force, params (string Key, string Value)[] data) => ConfigMaps.PatchAsync(
            new V1Patch(ConfigMap("a", data), PatchType.ApplyPatch), "a", new WriteOptions { FieldManager = manager, Force = force }, Cancellation);
    }

    [Fact]
    public async Task A_list_comes_in_pages_of_one_moment()
    {
        await CreateManyAsync(7);
        var names = new List<string>();
        string? version = null;
        await foreach (var page in ConfigMaps.ListPagesAsync(new ListOptions { LabelSelector = "part=list", Limit = 3 }, Cancellation))
        {
            Assert.Equal(names.Count == 0, page.IsFirst);
            version ??= page.List.Metadata.ResourceVersion;
            Assert.Equal(version, page.List.Metadata.ResourceVersion);
            Assert.InRange(page.List.Items.Count, 1, 3);
            names.AddRange(page.List.Items.Select(item => item.Metadata.Name!));

            // What is created meanwhile belongs to a later moment.
            await ConfigMaps.CreateAsync(Labelled($"c-late-{names.Count}"), cancellationToken: Cancellation);
        }

        Assert.Equal([.. Enumerable.Range(0, 7).Select(i => $"c-{i}")], names);
    }

    [Fact]
    public async Task A_collection_is_deleted_by_its_labels()
    {
        await CreateManyAsync(5);
        await ConfigMaps.CreateAsync(ConfigMap("other"), cancellationToken: Cancellation);

        await ConfigMaps.DeleteCollectionAsync(new ListOptions { LabelSelector = "part=list,number in (1,2,4)" }, cancellationToken: Cancellation);
        var left = await ConfigMaps.ListAllAsync(new ListOptions { LabelSelector = "part=list" }, Cancellation);
        Assert.Equal(["c-0", "c-3"], left.Items.Select(item => item.Metadata.Name!));
        Assert.NotNull(await ConfigMaps.ReadAsync("other", Cancellation));
    }

    [Fact]
    public async Task The_groups_of_the_server_tell_what_it_serves()
    {
        var groups = await Client.GetApiGroupsAsync(Cancellation);

        Assert.True(groups.Has("batch", "v1"));
        Assert.False(groups.Has("batch", "v0"));
        var failure = await Record.ExceptionAsync(() => Client.PodMetrics(Namespace.Name).ListAsync(cancellationToken: Cancellation));
        Assert.Equal(groups.Has("metrics.k8s.io"), failure is not KubernetesException { IsNotFound: true });
    }

    private async Task CreateManyAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var item = Labelled($"c-{i}");
            item["metadata"]!["labels"]!["number"] = $"{i}";
            await ConfigMaps.CreateAsync(item, cancellationToken: Cancellation);
        }
    }

    private static JsonObject Labelled(string name)
    {
        var item = ConfigMap(name);
        item["metadata"]!["labels"] = new JsonObject { ["part"] = "list" };
        return item;
    }
}
