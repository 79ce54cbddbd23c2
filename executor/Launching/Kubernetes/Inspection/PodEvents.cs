using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>What a pod's events tell that its status does not.</summary>
internal static class PodEvents
{
    // cluster-autoscaler says TriggeredScaleUp, Karpenter says Nominated ("Pod should schedule on: nodeclaim/...").
    private static readonly string[] ScaleUp = ["TriggeredScaleUp", "Nominated"];

    private static readonly string[] Trouble =
    [
        "FailedMount", "FailedMapVolume", "FailedAttachVolume",
        "FailedCreatePodSandBox", "FailedPodSandBoxStatus", "NetworkNotReady", "FailedCreatePodContainer",
    ];

    // Once one of these happened, what went before is overcome.
    private static readonly string[] Progress = ["Pulling", "Pulled", "Created", "Started", "SandboxChanged"];

    /// <summary>The events by the time at which they last happened, the newest first; those without any time come last.</summary>
    public static IEnumerable<Corev1Event> NewestFirst(IEnumerable<Corev1Event> events) =>
        events.Where(happened => happened is not null).OrderByDescending(LastTime);

    /// <summary>True if an autoscaler has said that it brings a node for the pod.</summary>
    public static bool TellOfScaleUp(IEnumerable<Corev1Event> events) => events.Any(happened => ScaleUp.Contains(happened?.Reason));

    /// <summary>What keeps a node from starting the pod; null where the events tell of nothing, or of nothing that was not overcome.</summary>
    public static Corev1Event? StartTrouble(IEnumerable<Corev1Event> events)
    {
        var current = NewestFirst(events)
            .TakeWhile(happened => !Progress.Contains(happened.Reason))
            .Where(happened => Trouble.Contains(happened.Reason))
            .ToList();

        // A kubelet also says in general words that it waited for its volumes in vain.
        return current.FirstOrDefault(happened => PlatformWords.IsMissingReference(happened.Message)) ?? current.FirstOrDefault();
    }

    /// <summary>
    /// Why the last pull failed, in the runtime's words; kubelets before 1.32 say only "Back-off" in the status. Null where no event tells.
    /// </summary>
    public static string? PullFailure(IEnumerable<Corev1Event> events)
    {
        var message = NewestFirst(events).FirstOrDefault(happened =>
            happened.Reason == "Failed" && happened.Message?.StartsWith("Failed to pull image", StringComparison.Ordinal) == true)?.Message;
        return message?.IndexOf("\": ", StringComparison.Ordinal) is >= 0 and var end ? message[(end + 3)..] : message;
    }

    private static DateTime LastTime(Corev1Event happened) =>
        happened.LastTimestamp ?? happened.EventTime ?? happened.FirstTimestamp ?? happened.Metadata?.CreationTimestamp ?? DateTime.MinValue;
}
