using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>Tells what a pod that does not run waits for.</summary>
internal static class PodWaits
{
    // https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/images/types.go and .../container/sync_result.go
    private static readonly string[] ImageReasons =
        ["ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "ImageInspectError", "SignatureValidationFailed"];

    private static readonly string[] NoImageReasons = ["ErrImageNeverPull", "InvalidImageName"];

    private static readonly string[] ConfigurationReasons =
        ["CreateContainerConfigError", "CreateContainerError", "RunContainerError", "PreCreateHookError", "PreStartHookError"];

    /// <summary>The trouble, since when it is known, and the most telling words on it.</summary>
    public static PodWait Find(PodSight sight)
    {
        var before = sight.Before?.Wait;
        var found = HasNode(sight.Pod) ? AtNode(sight, before) : WithoutNode(sight.Pod);
        if (!sight.EventsRead && before is { FromEvents: true } && found.Kind == PodWaitKind.Start)
        {
            return before;
        }

        var since = before is null ? sight.FirstSeen : Clock(before.Kind) == Clock(found.Kind) ? before.Since : sight.Now;
        return found with { Since = since };
    }

    // A registry that is out of reach and one that refuses take turns: one clock runs for both.
    private static PodWaitKind Clock(PodWaitKind kind) => kind == PodWaitKind.RateLimit ? PodWaitKind.Image : kind;

    private static bool HasNode(V1Pod pod) =>
        !string.IsNullOrEmpty(pod.Spec?.NodeName) || PodReading.Condition(pod, PodWords.PodScheduled) is { Status: "True" };

    private static PodWait WithoutNode(V1Pod pod)
    {
        var condition = PodReading.Condition(pod, PodWords.PodScheduled);
        return condition switch
        {
            { Reason: "SchedulingGated" } => Wait(PodWaitKind.Gate, condition.Message),
            { } => Wait(PodWaitKind.Node, string.IsNullOrEmpty(condition.Message) ? condition.Reason : condition.Message),
            _ => Wait(PodWaitKind.Node, "no scheduler has looked at it yet"),
        };
    }

    private static PodWait AtNode(PodSight sight, PodWait? before)
    {
        V1ContainerStatus?[] statuses = [.. PodReading.InitStatuses(sight.Pod), PodReading.Task(sight)];
        foreach (var status in statuses)
        {
            if (status?.State?.Waiting is not { Reason: { } reason } waiting)
            {
                continue;
            }

            if (NoImageReasons.Contains(reason))
            {
                return Wait(PodWaitKind.NoImage, waiting.Message) with { Container = status.Name };
            }

            if (ImageReasons.Contains(reason))
            {
                return Image(sight, waiting, before) with { Container = status.Name };
            }

            if (ConfigurationReasons.Contains(reason))
            {
                var kind = PlatformWords.IsTransient(waiting.Message) ? PodWaitKind.Start : PodWaitKind.Configuration;
                return Wait(kind, string.IsNullOrEmpty(waiting.Message) ? reason : waiting.Message) with { Container = status.Name };
            }
        }

        if (PodEvents.StartTrouble(sight.Events) is { } trouble)
        {
            var kind = PlatformWords.IsMissingReference(trouble.Message) ? PodWaitKind.Configuration : PodWaitKind.Start;
            return Wait(kind, trouble.Message) with { FromEvents = true };
        }

        return Wait(PodWaitKind.Start, "");
    }

    /// <summary>While it backs off an older kubelet says no more than that, so the words of the failure before it are kept.</summary>
    private static PodWait Image(PodSight sight, V1ContainerStateWaiting waiting, PodWait? before)
    {
        var told = PlatformWords.Clean(waiting.Message);
        if (told.Length == 0
            || (told.StartsWith("Back-off", StringComparison.Ordinal) && !told.Contains("ErrImagePull", StringComparison.Ordinal)))
        {
            told = PodEvents.PullFailure(sight.Events) is { } failure ? failure
                : before is { Kind: PodWaitKind.Image or PodWaitKind.RateLimit } ? before.Words
                : "";
        }

        return Wait(PlatformWords.IsRateLimit(told) ? PodWaitKind.RateLimit : PodWaitKind.Image, told);
    }

    private static PodWait Wait(PodWaitKind kind, string? words) => new(kind, default, PlatformWords.Clean(words));
}
