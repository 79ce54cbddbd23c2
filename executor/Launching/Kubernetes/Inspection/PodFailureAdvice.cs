namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>Names the command with which a person looks further into an attempt that failed.</summary>
internal static class PodFailureAdvice
{
    /// <summary>
    /// One line for a shell. Where the platform kept the attempt from running or ended it, the command also works after the pod was
    /// deleted: events are kept for an hour, nodes for as long as they live. Where the task failed by itself it reads the pod's log,
    /// which goes with the pod; the attempt's own log in the store stays.
    /// </summary>
    /// <param name="namespaceName">The pod's namespace.</param>
    /// <param name="pod">The pod's name.</param>
    /// <param name="taskContainer">The name of the container with the task.</param>
    /// <param name="facts">How the attempt ended.</param>
    public static string CommandFor(string namespaceName, string pod, string taskContainer, AttemptFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return facts.Platform?.Cause switch
        {
            null when facts.OutOfMemory => $"kubectl -n {namespaceName} describe pod {pod}",
            null => $"kubectl -n {namespaceName} logs {pod} -c {taskContainer}",
            PlatformCause.InitFailed => $"kubectl -n {namespaceName} logs {pod} --all-containers --prefix",
            PlatformCause.NodeLost or PlatformCause.Evicted or PlatformCause.StartFailed when facts.Node is { } node =>
                $"kubectl describe node {node}",
            PlatformCause.Infeasible =>
                "kubectl get nodes -o custom-columns=NAME:.metadata.name,CPU:.status.allocatable.cpu,MEMORY:.status.allocatable.memory",
            PlatformCause.Unschedulable => "kubectl describe nodes",
            _ => $"kubectl -n {namespaceName} get events --field-selector involvedObject.name={pod}",
        };
    }
}
