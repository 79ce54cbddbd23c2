using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Inspection;
using Executor.Launching.Kubernetes.Pods;

namespace Executor.Cluster.Usage;

/// <summary>
/// Reads what the attempts of a run use now: from <c>metrics.k8s.io</c>, or, where that is not served, may not be read, or has nothing of them, from the kubelets'
/// summaries if this caller may read those; and the pods for what they were given. For people to look at: the accounts go by what attempts measure of themselves.
/// A refusal holds for as long as the reader lives. Thread-safe.
/// </summary>
internal sealed class LiveUsageReader(KubernetesClient client, string namespaceName, TimeProvider time)
{
    // Whatever the server's cache has will do, which spares its database a read.
    private const string AnyVersion = "0";

    private readonly KubeletSummaries _kubelets = new(client, time);
    private volatile KubernetesException? _noMetrics;
    private volatile bool _mayAskKubelets;
    private volatile bool _isRightKnown;

    /// <summary>Reads it.</summary>
    /// <exception cref="KubernetesException">There is nobody to ask: no metrics server (<see cref="KubernetesException.IsNotFound"/>) or no right to it, and none to
    /// the kubelets; or a server does not answer.</exception>
    public async Task<LiveUsage> ReadAsync(string run, CancellationToken cancellationToken)
    {
        var selector = $"{KubernetesLabels.Run}={run},{KubernetesLabels.Component}={KubernetesLabels.TaskComponent}";
        var measured = await MeasuredAsync(selector, cancellationToken);
        if (measured.Count > 0)
        {
            return Join(measured, await PodsAsync(selector, cancellationToken), UsageSource.MetricsServer);
        }

        if (!await MayAskKubeletsAsync(cancellationToken))
        {
            return _noMetrics is { } refusal ? throw refusal : new LiveUsage(null, [], UsageSource.MetricsServer);
        }

        var pods = await PodsAsync(selector, cancellationToken);
        return Join(await _kubelets.ReadAsync(pods, cancellationToken), pods, UsageSource.Kubelets);
    }

    /// <summary>Puts measurements and pods together by name; a measurement whose pod is gone is left out.</summary>
    public static LiveUsage Join(IEnumerable<PodMetrics> measured, IEnumerable<V1Pod> pods, UsageSource source)
    {
        ArgumentNullException.ThrowIfNull(measured);
        var byName = pods.Where(pod => pod.Metadata.Name is not null).ToDictionary(pod => pod.Metadata.Name!, StringComparer.Ordinal);
        DateTime? latest = null;
        var tasks = new SortedDictionary<string, TaskUsage>(StringComparer.Ordinal);
        foreach (var item in measured)
        {
            if (item.Metadata.Name is not { } name || !byName.TryGetValue(name, out var pod)
                || pod.Metadata.Labels?.TryGetValue(KubernetesLabels.Task, out var task) is not true)
            {
                continue;
            }

            latest = latest is null || item.Timestamp > latest ? item.Timestamp : latest;
            var given = PodRequests.Of(pod);
            var before = tasks.GetValueOrDefault(task!) ?? new TaskUsage(task!, 0, 0, 0, 0, 0);
            tasks[task!] = new TaskUsage(
                task!,
                before.Attempts + 1,
                before.Cores + Sum(item, "cpu"),
                before.CoresRequested + (double)given.Cpu.ToDecimal(),
                before.MemoryBytes + (long)Sum(item, "memory"),
                before.MemoryRequestedBytes + given.Memory.ToInt64());
        }

        return new LiveUsage(latest is { } time ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)) : null, [.. tasks.Values], source);
    }

    private async Task<IList<PodMetrics>> MeasuredAsync(string selector, CancellationToken cancellationToken)
    {
        if (_noMetrics is null)
        {
            try
            {
                return (await client.PodMetrics(namespaceName).ListAsync(new ListOptions { LabelSelector = selector }, cancellationToken)).Items;
            }
            catch (KubernetesException refusal) when (refusal.IsNotFound || refusal.IsForbidden)
            {
                _noMetrics = refusal;
            }
        }

        return [];
    }

    private async Task<IList<V1Pod>> PodsAsync(string selector, CancellationToken cancellationToken) => (await client.Pods(namespaceName)
        .ListAsync(new ListOptions { LabelSelector = selector, ResourceVersion = AnyVersion }, cancellationToken)).Items;

    private async Task<bool> MayAskKubeletsAsync(CancellationToken cancellationToken)
    {
        if (!_isRightKnown)
        {
            _mayAskKubelets = await KubeletSummaries.MayReadAsync(client, cancellationToken);
            _isRightKnown = true;
        }

        return _mayAskKubelets;
    }

    private static double Sum(PodMetrics item, string resource) => (item.Containers ?? [])
        .Sum(container => container?.Usage?.TryGetValue(resource, out var used) == true ? (double)used.ToDecimal() : 0);
}
