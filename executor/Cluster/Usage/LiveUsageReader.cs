using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Inspection;
using Executor.Launching.Kubernetes.Pods;

namespace Executor.Cluster.Usage;

/// <summary>
/// Reads what the attempts of a run use now from <c>metrics.k8s.io</c>, in two lists: of measurements, and of the pods for what they were given. For people to look
/// at: the accounts go by what attempts measure of themselves. Thread-safe.
/// </summary>
internal sealed class LiveUsageReader(KubernetesClient client, string namespaceName)
{
    // Whatever the server's cache has will do, which spares its database a read.
    private const string AnyVersion = "0";

    /// <summary>Reads it.</summary>
    /// <exception cref="KubernetesException">There is no metrics server (<see cref="KubernetesException.IsNotFound"/>), it does not answer, or the right is missing.</exception>
    public async Task<LiveUsage> ReadAsync(string run, CancellationToken cancellationToken)
    {
        var selector = $"{KubernetesLabels.Run}={run},{KubernetesLabels.Component}={KubernetesLabels.TaskComponent}";
        var measured = await client.PodMetrics(namespaceName).ListAsync(new ListOptions { LabelSelector = selector }, cancellationToken);
        if (measured.Items.Count == 0)
        {
            return new LiveUsage(null, []);
        }

        var pods = await client.Pods(namespaceName).ListAsync(new ListOptions { LabelSelector = selector, ResourceVersion = AnyVersion }, cancellationToken);
        return Join(measured.Items, pods.Items);
    }

    /// <summary>Puts measurements and pods together by name; a measurement whose pod is gone is left out.</summary>
    public static LiveUsage Join(IEnumerable<PodMetrics> measured, IEnumerable<V1Pod> pods)
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

        return new LiveUsage(latest is { } time ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)) : null, [.. tasks.Values]);
    }

    private static double Sum(PodMetrics item, string resource) => (item.Containers ?? [])
        .Sum(container => container?.Usage?.TryGetValue(resource, out var used) == true ? (double)used.ToDecimal() : 0);
}
