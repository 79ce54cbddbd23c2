using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Jobs;

/// <summary>What is read and kept of a Job.</summary>
internal static class JobShape
{
    /// <summary>Jobs without the template of their pods, which is most of them and known to whoever made it.</summary>
    public static KubernetesResource<V1Job> Resource { get; } = KubernetesResources.Jobs.Skipping((typeof(V1JobSpec), "template"));
}
