using Executor.Kubernetes.Models;

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
        return new V1Job
        {
            Metadata = new V1ObjectMeta
            {
                Name = job.Metadata.Name,
                NamespaceProperty = job.Metadata.NamespaceProperty,
                Uid = job.Metadata.Uid,
                ResourceVersion = job.Metadata.ResourceVersion,
                CreationTimestamp = job.Metadata.CreationTimestamp,
                DeletionTimestamp = job.Metadata.DeletionTimestamp,
            },
            Spec = new V1JobSpec { ManagedBy = job.Spec?.ManagedBy },
            Status = job.Status,
        };
    }
}
