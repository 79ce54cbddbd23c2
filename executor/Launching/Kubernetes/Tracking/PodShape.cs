using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Pods;

namespace Executor.Launching.Kubernetes.Tracking;

/// <summary>
/// What is read and kept of a pod. Pods outlive their attempts until the cluster's garbage collector comes to them, and thousands may wait for it: what is
/// kept of each then decides how much memory a long run takes.
/// </summary>
internal static class PodShape
{
    /// <summary>Pods without what their containers are started with, of which the descriptor is the largest part.</summary>
    public static KubernetesResource<V1Pod> Resource { get; } = KubernetesResources.Pods.Skipping(
        (typeof(V1Container), "env"), (typeof(V1Container), "command"), (typeof(V1Container), "args"), (typeof(V1PodSpec), "volumes"));

    /// <summary>Which pod of which attempt it is, and nothing more: enough to know it again.</summary>
    public static V1Pod Identity(V1Pod pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        var metadata = ObjectIdentity.Of(pod.Metadata);
        metadata.Labels = AttemptIdentity.LabelsOf(pod.Metadata);
        return new V1Pod { Metadata = metadata };
    }

    /// <summary>What is still asked of a pod when its attempt's end was told: its name and its Job's, and what the Job's status says of it.</summary>
    public static V1Pod OfEnded(V1Pod pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        var metadata = ObjectIdentity.Of(pod.Metadata);
        metadata.CreationTimestamp = pod.Metadata.CreationTimestamp;
        metadata.DeletionTimestamp = pod.Metadata.DeletionTimestamp;
        metadata.OwnerReferences = pod.Metadata.OwnerReferences;
        var task = pod.Status?.ContainerStatuses?.FirstOrDefault(status => status.Name == PodFactory.TaskContainer);
        return new V1Pod
        {
            Metadata = metadata,
            Status = new V1PodStatus { StartTime = pod.Status?.StartTime, ContainerStatuses = task is null ? null : [Outcome(task)] },
        };
    }

    private static V1ContainerStatus Outcome(V1ContainerStatus of) => new()
    {
        Name = of.Name,
        State = of.State?.Terminated is { } end
            ? new V1ContainerState { Terminated = new V1ContainerStateTerminated { ExitCode = end.ExitCode } }
            : null,
    };
}
