using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Jobs;

/// <summary>What a Job's conditions say.</summary>
internal static class JobConditions
{
    /// <summary>True once the Job is complete or has failed, which is final.</summary>
    public static bool HasEnded(this V1Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job.Status?.Conditions?.Any(condition => condition is { Type: "Complete" or "Failed", Status: "True" }) == true;
    }
}
