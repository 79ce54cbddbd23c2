using Executor.Contracts.Descriptors;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Informers;
using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Watching;

/// <summary>
/// Knows the namespace's resource quotas, so that an attempt they have no room for is not launched: the Job controller would try to make its pod with
/// pauses of up to minutes. A guess, as others use the same quotas: what the server refuses is held as well. Thread-safe.
/// </summary>
internal sealed class QuotaWatch
{
    private static readonly string[] CpuNames = ["limits.cpu", "requests.cpu", "cpu"];
    private static readonly string[] MemoryNames = ["limits.memory", "requests.memory", "memory"];
    private static readonly string[] PodNames = ["pods", "count/pods"];
    private static readonly string[] JobNames = ["count/jobs.batch"];

    private readonly GenericClient<V1ResourceQuota> _client;
    private Informer<V1ResourceQuota>? _informer;

    /// <summary>Watches nothing before <see cref="RunAsync"/>.</summary>
    public QuotaWatch(KubernetesClient client, string namespaceName) => _client = client.ResourceQuotas(namespaceName);

    /// <summary>Watches until cancelled. Without the right to, it knows of no quota.</summary>
    public async Task RunAsync(Action<string> onFailure, CancellationToken cancellationToken)
    {
        var options = new InformerOptions<V1ResourceQuota>
        {
            OnFailure = failure => WatchFailures.Tell(failure, "resource quotas", onFailure),
        };
        _informer = new Informer<V1ResourceQuota>(_client, options, new Ignore());
        await _informer.RunAsync(cancellationToken);
    }

    /// <summary>Why the quotas have no room for an attempt now; null if they have.</summary>
    /// <param name="resources">What it asks for.</param>
    /// <param name="others">What it asks for beside that, by Kubernetes' names.</param>
    /// <param name="uncounted">Attempts of the run that were launched and that quotas may not count yet: all, and those of its own task, which ask for the same others.</param>
    public string? Refusal(ResourceLimits resources, IReadOnlyDictionary<string, long> others, (int All, int OfTask) uncounted)
    {
        foreach (var quota in _informer?.Snapshot() ?? [])
        {
            // A quota with scopes counts some pods only, and which ones the server knows best.
            if (quota.Status?.Hard is not { } hard || quota.Spec is { Scopes.Count: > 0 } or { ScopeSelector: not null })
            {
                continue;
            }

            var refusal = Lacks(quota, hard, CpuNames, resources.CpuMillicores / 1000m, uncounted.All)
                ?? Lacks(quota, hard, MemoryNames, resources.MemoryBytes, uncounted.All)
                ?? Lacks(quota, hard, PodNames, 1, uncounted.All)

                // A Job without a pod counts already.
                ?? Lacks(quota, hard, JobNames, 1, uncounted: 0)
                ?? others.Select(other => Lacks(quota, hard, NamesOf(other.Key), other.Value, uncounted.OfTask)).FirstOrDefault(lack => lack is not null);
            if (refusal is not null)
            {
                return refusal;
            }
        }

        return null;
    }

    // Of extended resources, whose names have a slash, quotas limit the requests alone.
    private static string[] NamesOf(string resource) =>
        resource.Contains('/', StringComparison.Ordinal) ? [$"requests.{resource}"] : [$"limits.{resource}", $"requests.{resource}", resource];

    private static string? Lacks(
        V1ResourceQuota quota, IDictionary<string, ResourceQuantity> hard, string[] names, decimal wanted, int uncounted)
    {
        foreach (var name in names)
        {
            if (hard.TryGetValue(name, out var limit))
            {
                var used = quota.Status!.Used?.TryGetValue(name, out var amount) == true ? amount.ToDecimal() : 0;
                if (used + (wanted * (uncounted + 1)) > limit.ToDecimal())
                {
                    return $"resource quota {quota.Metadata.Name} has no room: {name} is limited to {limit}";
                }
            }
        }

        return null;
    }

    private sealed class Ignore : IInformerHandler<V1ResourceQuota>
    {
        public ValueTask HandleAsync(InformerEvent<V1ResourceQuota> change, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask ReconcileAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
