using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;

namespace Executor.Cluster;

/// <summary>
/// Makes connections to a pod of the store's Service through the API server. A pod that went away is replaced by another at the next connection.
/// Thread-safe.
/// </summary>
internal sealed class StorePortForward(ClusterConnection cluster, V1Service service)
{
    /// <summary>One more connection.</summary>
    /// <exception cref="IOException">No pod of the store answers; the caller tries again.</exception>
    public async ValueTask<Stream> ConnectAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        try
        {
            var pods = cluster.Client.Pods(cluster.NamespaceName);
            if (service.Spec?.Selector is not { Count: > 0 } labels)
            {
                throw new IOException($"Service {service.Metadata.Name} in namespace {cluster.NamespaceName} selects no pods, expected those of the store");
            }

            var selector = string.Join(',', labels.Select(label => $"{label.Key}={label.Value}"));
            var found = await pods.ListAsync(new ListOptions { LabelSelector = selector }, cancellationToken);
            var ready = found.Items.Where(IsReady).ToList();
            if (ready.Count == 0)
            {
                throw new IOException($"no pod of Service {service.Metadata.Name} in namespace {cluster.NamespaceName} is ready");
            }

            var pod = ready[Random.Shared.Next(ready.Count)];
            return await pods.PortForwardAsync(pod.Metadata.Name!, TargetPort(pod), cancellationToken);
        }
        catch (KubernetesException failure)
        {
            throw new IOException($"no connection to the store through the API server: {failure.Message}", failure);
        }
    }

    private static bool IsReady(V1Pod pod) =>
        pod.Metadata.DeletionTimestamp is null
        && pod.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true;

    private int TargetPort(V1Pod pod)
    {
        var port = service.Spec!.Ports!.First();
        return port.TargetPort is not { } target ? port.Port
            : int.TryParse(target.ToString(), out var number) ? number
            : pod.Spec?.Containers?.SelectMany(container => container.Ports ?? []).FirstOrDefault(named => named.Name == target.ToString())?.ContainerPort
                ?? throw new IOException($"no container of pod {pod.Metadata.Name} has the port '{target}' that Service {service.Metadata.Name} names");
    }
}
