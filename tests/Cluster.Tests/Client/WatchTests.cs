using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Informers;
using Executor.Kubernetes.Models;
using Executor.Kubernetes.Watching;

namespace Cluster.Tests.Client;

public sealed class WatchTests : ClusterFixture
{
    private GenericClient<V1ConfigMap> ConfigMaps => Client.ConfigMaps(Namespace.Name);

    [Fact]
    public async Task A_watch_tells_changes_as_the_selector_sees_them()
    {
        var version = (await ConfigMaps.ListAllAsync(cancellationToken: Cancellation)).Metadata.ResourceVersion;
        await CreateAsync("a", "in");
        await CreateAsync("b", "out");
        await PatchAsync("a", """{"data": {"k": "v"}}""");
        await PatchAsync("b", """{"metadata": {"labels": {"run": "in"}}}""");
        await PatchAsync("a", """{"metadata": {"labels": {"run": "out"}}}""");
        await ConfigMaps.DeleteAsync("b", cancellationToken: Cancellation);

        var seen = new List<string>();
        await foreach (var change in ConfigMaps.WatchAsync(new WatchOptions { LabelSelector = "run=in", ResourceVersion = version }, Cancellation))
        {
            seen.Add($"{change.Type} {change.Value?.Metadata.Name}");
            if (seen.Count == 5)
            {
                break;
            }
        }

        Assert.Equal(["Added a", "Modified a", "Added b", "Deleted a", "Deleted b"], seen);
    }

    [Fact]
    public async Task A_watch_ends_at_its_time_out_in_order()
    {
        await CreateAsync("a", "in");
        var count = 0;
        await foreach (var _ in ConfigMaps.WatchAsync(new WatchOptions { LabelSelector = "run=in", TimeoutSeconds = 1 }, Cancellation))
        {
            count++;
        }

        Assert.InRange(count, 1, 2);
    }

    [Fact]
    public async Task An_informer_ends_with_the_truth_while_its_watches_end_every_second()
    {
        var recorder = new Recorder("last");
        var informer = new Informer<V1ConfigMap>(
            ConfigMaps,
            new InformerOptions<V1ConfigMap> { LabelSelector = "run", PageSize = 5, WatchTimeout = TimeSpan.FromSeconds(1), InstantClose = TimeSpan.Zero },
            recorder);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        for (var i = 0; i < 12; i++)
        {
            await CreateAsync($"early-{i}", "in");
        }

        var running = informer.RunAsync(stop.Token);
        await informer.WaitForSyncAsync(Cancellation);
        Assert.Equal(12, informer.Count);
        for (var i = 0; i < 12; i++)
        {
            await CreateAsync($"c-{i}", "in");
            await PatchAsync($"c-{i}", """{"data": {"k": "1"}}""");
            await ConfigMaps.DeleteAsync($"early-{i}", cancellationToken: Cancellation);
            if (i % 3 == 0)
            {
                // The same name, another object.
                await ConfigMaps.DeleteAsync($"c-{i}", cancellationToken: Cancellation);
                await CreateAsync($"c-{i}", "in");
            }
        }

        await CreateAsync("last", "in");
        await recorder.Seen.WaitAsync(Cancellation);
        var truth = await ConfigMaps.ListAllAsync(new ListOptions { LabelSelector = "run" }, Cancellation);
        Assert.Equal(Versions(truth.Items), Versions(informer.Snapshot()));
        Assert.Equal(13, informer.Count);
        Assert.Equal(informer.Count, recorder.Balance);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_list_in_pages_starts_over_when_the_store_below_was_compacted_on_the_way()
    {
        Assert.SkipUnless(Cluster.IsLab, "only the lab's etcd can be told to compact");
        for (var i = 0; i < 6; i++)
        {
            await CreateAsync($"c-{i}", "in");
        }

        var firstPages = 0;
        var names = new List<string>();
        await foreach (var page in ConfigMaps.ListPagesAsync(new ListOptions { LabelSelector = "run", Limit = 2 }, Cancellation))
        {
            if (page.IsFirst)
            {
                firstPages++;
                names.Clear();
            }

            names.AddRange(page.List.Items.Select(item => item.Metadata.Name!));
            if (firstPages == 1 && !page.IsFirst)
            {
                await ConfigMaps.DeleteAsync("c-0", cancellationToken: Cancellation);
                await LabEtcd.CompactAsync(Cancellation);
            }
        }

        Assert.Equal(2, firstPages);
        Assert.Equal(["c-1", "c-2", "c-3", "c-4", "c-5"], names);
    }

    [Fact]
    public async Task A_watch_without_the_servers_cache_is_expired_after_a_compaction()
    {
        Assert.SkipUnless(Cluster.IsLab, "only the lab's etcd can be told to compact");
        var version = (await Client.Events(Namespace.Name).ListAllAsync(cancellationToken: Cancellation)).Metadata.ResourceVersion;
        await CreateAsync("a", "in");
        await CreateAsync("b", "in");
        await LabEtcd.CompactAsync(Cancellation);

        // Events are the one kind that the API server keeps no cache of.
        var failure = await Assert.ThrowsAsync<KubernetesException>(async () =>
        {
            await foreach (var _ in Client.Events(Namespace.Name).WatchAsync(new WatchOptions { ResourceVersion = version }, Cancellation))
            {
                // Nothing comes.
            }
        });
        Assert.True(failure.IsExpired, failure.Message);
    }

    private static SortedDictionary<string, string> Versions(IEnumerable<V1ConfigMap> items) =>
        new(items.ToDictionary(item => item.Metadata.Name!, item => item.Metadata.ResourceVersion!));

    private Task<V1ConfigMap> CreateAsync(string name, string run)
    {
        var item = ConfigMap(name);
        item["metadata"]!["labels"] = new JsonObject { ["run"] = run };
        return ConfigMaps.CreateAsync(item, cancellationToken: Cancellation);
    }

    private Task<V1ConfigMap> PatchAsync(string name, string json) =>
        ConfigMaps.PatchAsync(new V1Patch(JsonNode.Parse(json)!, V1Patch.PatchType.MergePatch), name, cancellationToken: Cancellation);

    private sealed class Recorder(string last) : IInformerHandler<V1ConfigMap>
    {
        private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Seen => _seen.Task;

        /// <summary>Objects told to be added, less those told to be deleted.</summary>
        public int Balance { get; private set; }

        public ValueTask HandleAsync(InformerEvent<V1ConfigMap> change, CancellationToken cancellationToken)
        {
            Balance += change.Type switch { InformerEventType.Added => 1, InformerEventType.Deleted => -1, _ => 0 };
            if (change.Value.Metadata.Name == last)
            {
                _seen.TrySetResult();
            }

            return default;
        }

        public ValueTask ReconcileAsync(CancellationToken cancellationToken) => default;
    }
}
