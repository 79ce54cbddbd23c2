using Executor.Kubernetes.Models;
using Executor.Rendering;

namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>What a pod asks of a node.</summary>
internal static class PodRequests
{
    /// <summary>
    /// What the scheduler looks for: the sum over the containers and sidecars, or what an init container needs beside the sidecars that
    /// start before it, whichever is more.
    /// </summary>
    public static NodeSize Of(V1Pod pod) => new(Of(pod, "cpu"), Of(pod, "memory"));

    /// <summary>A request as people write it: <c>500m CPU and 2.00 GiB of memory</c>.</summary>
    public static string Text(NodeSize size) => $"{size.Cpu} CPU and {Quantities.Bytes(size.Memory.ToInt64())} of memory";

    private static ResourceQuantity Of(V1Pod pod, string resource)
    {
        var sidecars = default(ResourceQuantity);
        var starting = default(ResourceQuantity);
        foreach (var container in (pod.Spec?.InitContainers ?? []).Where(container => container is not null))
        {
            var request = Of(container, resource);
            if (container.RestartPolicy == "Always")
            {
                sidecars += request;
            }
            else if (sidecars + request > starting)
            {
                starting = sidecars + request;
            }
        }

        var running = sidecars;
        foreach (var container in (pod.Spec?.Containers ?? []).Where(container => container is not null))
        {
            running += Of(container, resource);
        }

        return running > starting ? running : starting;
    }

    private static ResourceQuantity Of(V1Container container, string resource) =>
        container.Resources?.Requests?.TryGetValue(resource, out var request) == true ? request
        : container.Resources?.Limits?.TryGetValue(resource, out var limit) == true ? limit
        : default;
}
