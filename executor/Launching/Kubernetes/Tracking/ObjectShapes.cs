using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Tracking;

/// <summary>What is kept of a Job in memory.</summary>
internal static class JobShape
{
    /// <summary>Drops the pod's template; may change the object.</summary>
    public static V1Job Strip(V1Job job)
    {
        if (job.Spec is { } spec)
        {
            spec.Template = null;
        }

        return job;
    }
}

/// <summary>What is kept of a pod in memory.</summary>
internal static class PodShape
{
    /// <summary>Drops what containers are started with, of which the descriptor is the largest part; may change the object.</summary>
    public static V1Pod Strip(V1Pod pod)
    {
        foreach (var container in (pod.Spec?.Containers ?? []).Concat(pod.Spec?.InitContainers ?? []))
        {
            container.Env = null;
            container.Command = null;
            container.Args = null;
        }

        return pod;
    }
}
