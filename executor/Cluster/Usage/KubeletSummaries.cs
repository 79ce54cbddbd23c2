using System.Collections.Concurrent;
using System.Globalization;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;

namespace Executor.Cluster.Usage;

/// <summary>
/// Reads from the kubelets, through the API server, what pods use: of the nodes that have such pods only, a few at a time. A node that says nothing of use is left
/// out without a word, one that refuses for good. Thread-safe.
/// </summary>
internal sealed class KubeletSummaries(KubernetesClient client, TimeProvider time)
{
    /// <summary>How long a kubelet may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How long a kubelet that took longer is left alone.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMinutes(5);

    /// <summary>The longest summary that is read; five hundred pods make about a megabyte.</summary>
    public const int MaxSummaryBytes = 4 << 20;

    private const int NodesAtATime = 4;
    private readonly ConcurrentDictionary<string, DateTimeOffset> _leftAloneUntil = new(StringComparer.Ordinal);

    /// <summary>Asks the API server whether this caller may.</summary>
    /// <exception cref="KubernetesException">It does not answer.</exception>
    public static async Task<bool> MayReadAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        try
        {
            var right = new V1ResourceAttributes { Resource = "nodes", Subresource = "proxy", Verb = "get" };
            return (await client.CreateSelfSubjectAccessReviewAsync(right, cancellationToken)).Status?.Allowed == true;
        }
        catch (KubernetesException refusal) when (refusal.IsForbidden || refusal.IsNotFound)
        {
            return false;
        }
    }

    /// <summary>What those of the pods use that run and were measured, all containers or none.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing else is thrown for what kubelets and the way to them do.</exception>
    public async Task<IReadOnlyCollection<PodMetrics>> ReadAsync(IEnumerable<V1Pod> pods, CancellationToken cancellationToken)
    {
        var byUid = pods.Where(pod => pod is { Metadata.Uid: not null, Spec.NodeName: not null, Status.Phase: "Running" })
            .ToDictionary(pod => pod.Metadata.Uid!, StringComparer.Ordinal);
        var now = time.GetUtcNow();
        var nodes = byUid.Values.Select(pod => pod.Spec!.NodeName!)
            .Distinct(StringComparer.Ordinal)
            .Where(node => !_leftAloneUntil.TryGetValue(node, out var until) || until <= now);
        var measured = new ConcurrentQueue<PodMetrics>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = NodesAtATime, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(nodes, options, async (node, token) =>
        {
            foreach (var stats in await PodsOfAsync(node, token))
            {
                if (stats?.PodRef?.Uid is { } uid && byUid.TryGetValue(uid, out var pod) && MetricsOf(pod, stats) is { } metrics)
                {
                    measured.Enqueue(metrics);
                }
            }
        });
        return measured;
    }

    private async Task<IEnumerable<PodStats?>> PodsOfAsync(string node, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return (await client.Nodes.ReadSummaryAsync(node, MaxSummaryBytes, either.Token)).Pods ?? [];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            _leftAloneUntil[node] = time.GetUtcNow() + Rest;
        }
        catch (KubernetesException refusal)
        {
            // A node that has gone takes its pods along, and a kubelet that restarts answers again; a right does not come by asking.
            if (refusal.IsForbidden)
            {
                _leftAloneUntil[node] = DateTimeOffset.MaxValue;
            }
        }

        return [];
    }

    private static PodMetrics? MetricsOf(V1Pod pod, PodStats stats)
    {
        var result = new PodMetrics { Metadata = pod.Metadata, Containers = [] };
        foreach (var container in stats.Containers ?? [])
        {
            // A container of a moment ago has no rate yet.
            if (container is not { Cpu: { UsageNanoCores: { } cpu } rate, Memory.WorkingSetBytes: { } memory })
            {
                return null;
            }

            result.Timestamp = result.Timestamp is { } latest && latest > rate.Time ? latest : rate.Time;
            result.Containers.Add(new ContainerMetrics
            {
                Name = container.Name,
                Usage = new Dictionary<string, ResourceQuantity>
                {
                    ["cpu"] = ResourceQuantity.Parse(string.Create(CultureInfo.InvariantCulture, $"{cpu}n")),
                    ["memory"] = ResourceQuantity.FromBytes(memory),
                },
            });
        }

        return result.Containers.Count == 0 ? null : result;
    }
}
