using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Informers;
using Executor.Kubernetes.Models;

namespace Executor.TestKit.Kubernetes.FakeNodes;

/// <summary>
/// Machines that are not there, in a cluster that does not notice, real or fake: their pods go from Pending to Running to their end as with a kubelet, and what
/// the runner in them would do is really done, in this process. Thousands of pods cost no more than their requests. Pods must have their
/// descriptor in the Job. Thread-safe.
/// </summary>
public sealed class FakeNodePool : IAsyncDisposable
{
    private readonly KubernetesClient _client;
    private readonly FakeNodeOptions _options;
    private readonly FakeNode[] _nodes;
    private readonly ConcurrentDictionary<string, FakePod> _pods = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Task> _loops = [];

    private FakeNodePool(KubernetesClient client, FakeNodeOptions options)
    {
        _client = client;
        _options = options;
        _nodes = [.. Enumerable.Range(0, options.Count).Select(number => new FakeNode(client, options, $"{options.Pool}-{number}"))];
    }

    /// <summary>The nodes' names.</summary>
    public IReadOnlyList<string> Nodes => [.. _nodes.Select(node => node.Name)];

    /// <summary>The fields of a task that put its pods on the nodes of a pool and nowhere else, by their Kubernetes names.</summary>
    public static IReadOnlyDictionary<string, JsonElement> PodFields(string pool) => new Dictionary<string, JsonElement>
    {
        ["nodeSelector"] = Element(new JsonObject { [FakeNode.PoolKey] = pool }),
        ["tolerations"] = Element(new JsonArray(new JsonObject { ["key"] = FakeNode.PoolKey, ["operator"] = "Equal", ["value"] = pool, ["effect"] = "NoSchedule" })),
    };

    /// <summary>Makes the nodes and serves their pods until it is disposed of.</summary>
    /// <param name="client">The cluster; its user must be allowed to make nodes. Stays the caller's.</param>
    /// <param name="options">What they are like.</param>
    /// <param name="cancellationToken">Ends the making.</param>
    public static async Task<FakeNodePool> StartAsync(KubernetesClient client, FakeNodeOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var pool = new FakeNodePool(client, options);
        try
        {
            foreach (var node in pool._nodes)
            {
                await node.RegisterAsync(cancellationToken);
                pool._loops.Add(node.LiveAsync(pool._ending.Token));
            }

            var informer = new Informer<V1Pod>(client.Pods(options.NamespaceName), new InformerOptions<V1Pod>(), new Handler(pool));
            pool._loops.Add(informer.RunAsync(pool._ending.Token));
            if (options.Binds)
            {
                pool._loops.Add(new FakeScheduler(client, options, pool._nodes).RunAsync(pool._ending.Token));
            }

            await informer.WaitForSyncAsync(cancellationToken);
            return pool;
        }
        catch
        {
            await pool.DisposeAsync();
            throw;
        }
    }

    /// <summary>Loses a node as if its power were cut: nothing is heard of it any more, and what runs there ends unheard.</summary>
    public void Lose(string node)
    {
        _nodes.Single(known => known.Name == node).IsLost = true;
        foreach (var pod in _pods.Values.Where(pod => pod.Node == node))
        {
            pod.Kill();
        }
    }

    /// <summary>Ends what runs, unheard, and takes the nodes away.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var pod in _pods.Values)
        {
            pod.Kill();
            await pod.Life.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pod.Dispose();
        }

        foreach (var node in _nodes)
        {
            await node.UnregisterAsync();
        }

        _ending.Dispose();
    }

    private static JsonElement Element(JsonNode node) => JsonSerializer.SerializeToElement(node);

    private void See(V1Pod pod)
    {
        var uid = pod.Metadata.Uid!;
        if (_nodes.FirstOrDefault(known => known.Name == pod.Spec?.NodeName) is not { IsLost: false })
        {
            return;
        }

        if (pod.Metadata.DeletionTimestamp is not null)
        {
            _ = Of(pod).DeleteAsync();
        }
        else if (pod.Status?.Phase is not ("Succeeded" or "Failed") && !_pods.ContainsKey(uid))
        {
            Of(pod).Start();
        }
    }

    private FakePod Of(V1Pod pod) =>
        _pods.GetOrAdd(pod.Metadata.Uid!, static (_, its) => new FakePod(its.Pool._client.Pods(its.Pool._options.NamespaceName), its.Pool._options, its.Pod), (Pool: this, Pod: pod));

    private void Forget(V1Pod pod)
    {
        if (_pods.TryRemove(pod.Metadata.Uid!, out var gone))
        {
            gone.Kill();
        }
    }

    private sealed class Handler(FakeNodePool pool) : IInformerHandler<V1Pod>
    {
        public ValueTask HandleAsync(InformerEvent<V1Pod> change, CancellationToken cancellationToken)
        {
            if (change.Type == InformerEventType.Added)
            {
                pool._options.OnSeen(change.Value);
            }

            if (change.Type == InformerEventType.Deleted)
            {
                pool.Forget(change.Value);
            }
            else
            {
                pool.See(change.Value);
            }

            return ValueTask.CompletedTask;
        }

        public ValueTask ReconcileAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
