using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>Looks things up in a pod, any part of which may be missing.</summary>
internal static class PodReading
{
    private const string Never = "Never";
    private const string Always = "Always";

    /// <summary>The status of the task's container; null before the kubelet has seen it.</summary>
    public static V1ContainerStatus? Task(PodSight sight) => Status(sight.Pod.Status?.ContainerStatuses, sight.TaskContainer);

    /// <summary>How the task's container ended, if it did and is not to be started again.</summary>
    public static V1ContainerStateTerminated? TaskEnd(PodSight sight) =>
        Task(sight)?.State?.Terminated is { } end && (IsTerminal(sight.Pod) || !MayRestart(sight)) ? end : null;

    /// <summary>The init container that ended with a failure and so keeps the pod from ever starting; null if none did.</summary>
    public static V1ContainerStatus? FailedInit(PodSight sight) =>
        (sight.Pod.Spec?.RestartPolicy ?? Never) != Never && !IsTerminal(sight.Pod)
            ? null
            : InitStatuses(sight.Pod).FirstOrDefault(status =>
                status.State?.Terminated is { } end && (end.ExitCode != 0 || end.Reason == PodWords.OutOfMemory)
                && Container(sight.Pod.Spec?.InitContainers, status.Name)?.RestartPolicy != Always);

    /// <summary>The init containers that the kubelet has seen, in their order.</summary>
    public static IEnumerable<V1ContainerStatus> InitStatuses(V1Pod pod) =>
        (pod.Status?.InitContainerStatuses ?? []).Where(status => status is not null);

    /// <summary>True if the API's word on the pod is final.</summary>
    public static bool IsTerminal(V1Pod pod) => pod.Status?.Phase is PodWords.Succeeded or PodWords.Failed;

    /// <summary>A condition, whatever its status; null where there is none.</summary>
    public static V1PodCondition? Condition(V1Pod pod, string type) =>
        pod.Status?.Conditions?.FirstOrDefault(condition => condition is not null && condition.Type == type);

    /// <summary>
    /// True if the node's controller has marked the pod as not ready because its node does not answer: it takes the condition away from a container
    /// that runs, and gives no reason, as a kubelet does.
    /// </summary>
    public static bool IsUnreachable(PodSight sight) =>
        Task(sight)?.State?.Running is not null
        && Condition(sight.Pod, "Ready") is { Status: "False", Reason: null or "" };

    /// <summary>The image of a container as its description names it.</summary>
    public static string Image(V1Pod pod, string? container) =>
        (Container(pod.Spec?.Containers, container) ?? Container(pod.Spec?.InitContainers, container))?.Image
        ?? (Status(pod.Status?.ContainerStatuses, container) ?? Status(pod.Status?.InitContainerStatuses, container))?.Image
        ?? "?";

    private static bool MayRestart(PodSight sight) =>
        (Container(sight.Pod.Spec?.Containers, sight.TaskContainer)?.RestartPolicy ?? sight.Pod.Spec?.RestartPolicy ?? Never) != Never;

    private static V1ContainerStatus? Status(IEnumerable<V1ContainerStatus>? statuses, string? name) =>
        statuses?.FirstOrDefault(status => status is not null && status.Name == name);

    private static V1Container? Container(IEnumerable<V1Container>? containers, string? name) =>
        containers?.FirstOrDefault(container => container is not null && container.Name == name);
}
