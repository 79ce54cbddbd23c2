using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Jobs;

/// <summary>How a single Job is deleted.</summary>
internal static class JobDeletion
{
    /// <summary>This very Job and no later one of its name, and its pods after it.</summary>
    public static V1DeleteOptions Of(V1ObjectMeta job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new V1DeleteOptions
        {
            PropagationPolicy = V1DeleteOptions.Background,
            Preconditions = new V1Preconditions { Uid = job.Uid },
        };
    }
}
