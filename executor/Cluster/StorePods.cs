using System.Text;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Pods;

namespace Executor.Cluster;

/// <summary>
/// Finds the store's pods, and says what is the matter with them: what one waits for, or how one ended that is started again and again, with its last words. A store that cannot
/// use its bucket does not get ready, and says why there.
/// </summary>
internal static class StorePods
{
    /// <summary>Selects them.</summary>
    public const string Selector = $"{KubernetesLabels.Component}={KubernetesLabels.StoreComponent}";

    private const long LastLines = 5;
    private const int MaxWords = 1000;

    /// <summary>Those that are not being deleted; null where pods may not be read.</summary>
    /// <exception cref="KubernetesException">The server does not answer.</exception>
    public static async Task<IReadOnlyList<V1Pod>?> FindAsync(ClusterConnection cluster, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        try
        {
            var found = await cluster.Client.Pods(cluster.NamespaceName).ListAllAsync(new ListOptions { LabelSelector = Selector }, cancellationToken);
            return [.. found.Items.Where(pod => pod.Metadata.DeletionTimestamp is null)];
        }
        catch (KubernetesException refusal) when (refusal.IsForbidden)
        {
            return null;
        }
    }

    /// <summary>How the store's container of a pod ended, the last time where it runs again; null for one that did not.</summary>
    public static V1ContainerStateTerminated? EndOf(V1Pod pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        var container = pod.Status?.ContainerStatuses?.FirstOrDefault();
        return container?.State?.Terminated ?? container?.LastState?.Terminated;
    }

    /// <summary>One sentence on the newest pod that is not ready; null if all are, or if pods may not be looked at.</summary>
    /// <exception cref="KubernetesException">The server does not answer.</exception>
    public static async Task<string?> TroubleAsync(ClusterConnection cluster, CancellationToken cancellationToken)
    {
        var found = await FindAsync(cluster, cancellationToken);
        if (found is { Count: 0 })
        {
            return $"there is no pod with {Selector}: see kubectl -n {cluster.NamespaceName} describe deployments";
        }

        var pod = found?.Where(pod => !IsReady(pod)).MaxBy(pod => pod.Metadata.CreationTimestamp);
        return pod is null ? null : $"pod {pod.Metadata.Name} {await StateOfAsync(cluster.Client.Pods(cluster.NamespaceName), pod, cancellationToken)}";
    }

    private static bool IsReady(V1Pod pod) => pod.Status?.ContainerStatuses is { Count: > 0 } containers && containers.All(container => container.Ready);

    private static async Task<string> StateOfAsync(PodClient pods, V1Pod pod, CancellationToken cancellationToken)
    {
        var container = pod.Status?.ContainerStatuses?.FirstOrDefault();
        if (EndOf(pod) is { } end)
        {
            return $"has ended with exit code {end.ExitCode}{await LastWordsAsync(pods, pod, container!, cancellationToken)}";
        }

        if (container?.State?.Running is not null)
        {
            return $"runs and is not ready{await LastWordsAsync(pods, pod, container, cancellationToken)}";
        }

        var unscheduled = pod.Status?.Conditions?.FirstOrDefault(condition => condition is { Type: "PodScheduled", Status: not "True" });
        return (container?.State?.Waiting, unscheduled) switch
        {
            ({ Reason: { } reason } waiting, _) => $"waits: {reason}{After(waiting.Message)}",
            (_, { Reason: { } reason }) => $"waits: {reason}{After(unscheduled.Message)}",
            _ => "has not started yet",
        };
    }

    private static async Task<string> LastWordsAsync(PodClient pods, V1Pod pod, V1ContainerStatus container, CancellationToken cancellationToken)
    {
        var options = new PodLogOptions
        {
            Container = container.Name,
            TailLines = LastLines,
            Previous = container.State?.Terminated is null && container.State?.Running is null && container.LastState?.Terminated is not null,
        };
        try
        {
            await using var log = await pods.ReadLogAsync(pod.Metadata.Name!, options, cancellationToken);
            using var reader = new StreamReader(log, Encoding.UTF8);
            var lines = (await reader.ReadToEndAsync(cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return lines.Length == 0 ? "" : After(lines[^1]);
        }
        catch (Exception failure) when (failure is KubernetesException or IOException)
        {
            return "";
        }
    }

    private static string After(string? words) => string.IsNullOrWhiteSpace(words) ? "" : $": {(words.Length > MaxWords ? words[..MaxWords] : words)}";
}
