namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>Names the command with which a person looks further into an attempt that failed.</summary>
internal static class PodFailureAdvice
{
    /// <summary>
    /// One line for a shell, which works when the run is over: where pods are deleted with their attempts' Jobs it asks for what outlives them, events
    /// for an hour and nodes for as long as they live. The attempt's log is in the store.
    /// </summary>
    /// <param name="namespaceName">The pod's namespace.</param>
    /// <param name="pod">The pod's name.</param>
    /// <param name="taskContainer">The name of the container with the task.</param>
    /// <param name="facts">How the attempt ended.</param>
    /// <param name="isKept">True if the pod stays when the run is over.</param>
    public static string CommandFor(string namespaceName, string pod, string taskContainer, AttemptFacts facts, bool isKept)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return facts.Platform?.Cause switch
        {
            null when isKept && facts.OutOfMemory => $"kubectl -n {namespaceName} describe pod {pod}",
            null when isKept => $"kubectl -n {namespaceName} logs {pod} -c {taskContainer}",
            PlatformCause.InitFailed when isKept => $"kubectl -n {namespaceName} logs {pod} --all-containers --prefix",
            PlatformCause.NodeLost or PlatformCause.Evicted or PlatformCause.StartFailed when facts.Node is { } node =>
                $"kubectl describe node {node}",
            PlatformCause.Infeasible =>
                "kubectl get nodes -o custom-columns=NAME:.metadata.name,CPU:.status.allocatable.cpu,MEMORY:.status.allocatable.memory",
            PlatformCause.Unschedulable => "kubectl describe nodes",
            _ => $"kubectl -n {namespaceName} get events --field-selector involvedObject.name={pod}",
        };
    }
}
