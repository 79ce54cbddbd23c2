using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Tracking;

/// <summary>What is known of an attempt's objects.</summary>
/// <param name="Job">Its Job as it was last read, which may be long ago; null where it is gone or was never read.</param>
/// <param name="Pod">Its pod as it was last seen; null where there is none.</param>
internal readonly record struct AttemptObjects(V1Job? Job, V1Pod? Pod)
{
    /// <summary>Name, namespace and UID of its Job, which a pod that was seen before its Job knows as well; null where neither is there.</summary>
    public V1ObjectMeta? JobMetadata => Job?.Metadata ?? OwnerOf(Pod);

    /// <summary>False for a pod of another Job, even one of the same name.</summary>
    public static bool IsOf(V1Pod pod, V1Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return OwnerOf(pod) is not { } owner || owner.Uid == job.Metadata.Uid;
    }

    private static V1ObjectMeta? OwnerOf(V1Pod? pod) =>
        pod?.Metadata.OwnerReferences?.FirstOrDefault(owner => owner.Kind == "Job") is { } job
            ? new V1ObjectMeta { Name = job.Name, NamespaceProperty = pod.Metadata.NamespaceProperty, Uid = job.Uid }
            : null;
}
