using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Pods;

namespace Executor.Launching.Kubernetes.Jobs;

/// <summary>What is read and kept of a Job.</summary>
internal static class JobShape
{
    /// <summary>Jobs without the template of their pods, which is most of them and known to whoever made it.</summary>
    public static KubernetesResource<V1Job> Resource { get; } = KubernetesResources.Jobs.Skipping((typeof(V1JobSpec), "template"));

    /// <summary>What is still asked of a Job when its attempt's end was told: what deletes it, and whose its status is to write.</summary>
    public static V1Job OfEnded(V1Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        var metadata = ObjectIdentity.Of(job.Metadata);
        metadata.CreationTimestamp = job.Metadata.CreationTimestamp;
        metadata.DeletionTimestamp = job.Metadata.DeletionTimestamp;
        return new V1Job
        {
            Metadata = metadata,
            Spec = new V1JobSpec { ManagedBy = job.Spec?.ManagedBy },
            Status = job.Status,
        };
    }
}
