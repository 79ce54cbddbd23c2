using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Tracking;

/// <summary>What is read and kept of a pod.</summary>
internal static class PodShape
{
    /// <summary>Pods without what their containers are started with, of which the descriptor is the largest part.</summary>
    public static KubernetesResource<V1Pod> Resource { get; } = KubernetesResources.Pods.Skipping(
        (typeof(V1Container), "env"), (typeof(V1Container), "command"), (typeof(V1Container), "args"));
}
