using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>Reads from a pod, any part of which may be missing, what is to be known of it when it is gone.</summary>
internal static class PodPlacement
{
    private const string True = "True";

    /// <summary>What is known of a pod's place and times.</summary>
    /// <param name="pod">The pod as it was last seen.</param>
    /// <param name="taskContainer">The name of the container that the task runner is process 1 of.</param>
    public static AttemptPlacement Read(V1Pod pod, string taskContainer)
    {
        ArgumentNullException.ThrowIfNull(pod);
        var status = pod.Status;
        var container = status?.ContainerStatuses?.FirstOrDefault(container => container is not null && container.Name == taskContainer);
        var state = container?.State;
        return new AttemptPlacement
        {
            Node = Text(pod.Spec?.NodeName),
            PodUid = Text(pod.Metadata?.Uid),
            JobUid = Text(pod.Metadata?.OwnerReferences?.FirstOrDefault(owner => owner is { Kind: "Job" })?.Uid),
            Qos = Text(status?.QosClass),
            ImageDigest = Digest(container?.ImageID),
            Created = Time(pod.Metadata?.CreationTimestamp),
            Scheduled = TimeOf(pod, PodWords.PodScheduled),
            Initialized = TimeOf(pod, "Initialized"),
            Started = Time(state?.Terminated?.StartedAt ?? state?.Running?.StartedAt),
            Finished = Time(state?.Terminated?.FinishedAt),
        };
    }

    // "registry.example/image@sha256:...", with "docker-pullable://" before it by old runtimes; the configuration's digest alone for an image that was not pulled.
    private static string? Digest(string? image) => Text(image?[(image.LastIndexOf('@') + 1)..]);

    private static DateTimeOffset? TimeOf(V1Pod pod, string condition) =>
        PodReading.Condition(pod, condition) is { Status: True } met ? Time(met.LastTransitionTime) : null;

    // A runtime that never started a container says that it did so at the zero time of Go or of Unix.
    private static DateTimeOffset? Time(DateTime? time) => time is { } known && known.Year > 1970 && known.Kind != DateTimeKind.Local
        ? new DateTimeOffset(DateTime.SpecifyKind(known, DateTimeKind.Utc))
        : null;

    private static string? Text(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
