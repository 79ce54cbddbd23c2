using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>Tells what the platform did to a pod that it ended: from its status, its condition, and where those say nothing its events.</summary>
internal static class Disruption
{
    /// <summary>What was done, if anything was. The pod need not have ended yet.</summary>
    public static PlatformEnd? Find(PodSight sight) =>
        ByReason(sight.Pod.Status) ?? ByCondition(sight) ?? ByEvent(sight) ?? sight.Before?.Facts.Platform;

    /// <summary>True if the events may know more than the pod: it is being deleted and does not say why (servers before 1.26).</summary>
    public static bool WantsEvents(PodSight sight) =>
        !sight.EventsRead && sight.Pod.Metadata?.DeletionTimestamp is not null && Find(sight) is null;

    // https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/ and .../architecture/nodes/#graceful-node-shutdown
    private static PlatformEnd? ByReason(V1PodStatus? status) => status?.Reason switch
    {
        "Evicted" when PlatformWords.IsOwnStorage(status.Message) =>
            new(PlatformCause.StorageExceeded, Sentence("it was evicted for its own use of disk", status.Message)),
        "Evicted" => new(PlatformCause.Evicted, Sentence("its node evicted it", status.Message)),
        "Preempting" => new(PlatformCause.Preempted, Sentence("its node made room for a critical pod", status.Message)),
        PodWords.NodeLost => new(PlatformCause.NodeLost, Sentence("its node is lost", status.Message)),
        PodWords.DeadlineExceeded => new(PlatformCause.DeadlineExceeded, Sentence("it ran out of the time that its pod had", status.Message)),

        // 1.20 says Shutdown; later ones say NodeShutdown where the pod was refused and Terminated where it was ended.
        "Shutdown" or "NodeShutdown" or "Terminated" => new(PlatformCause.Evicted, Sentence("its node was shut down", status.Message)),
        _ => null,
    };

    // https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions
    private static PlatformEnd? ByCondition(PodSight sight)
    {
        if (PodReading.Condition(sight.Pod, PodWords.DisruptionTarget) is not { Status: "True" } condition)
        {
            return null;
        }

        return condition.Reason switch
        {
            "PreemptionByScheduler" => new(PlatformCause.Preempted, Sentence("it made room for a pod of higher priority", condition.Message)),
            "DeletionByPodGC" => new(PlatformCause.NodeLost, Sentence("its node is gone", condition.Message)),
            "DeletionByTaintManager" => ByTaint(sight, condition.Message),
            "EvictionByEvictionAPI" => new(PlatformCause.Evicted, Sentence("it was evicted, as a drain of its node does", condition.Message)),
            "TerminationByKubelet" => new(PlatformCause.Evicted, Sentence("its node ended it", condition.Message)),
            _ => new(PlatformCause.Evicted, Sentence($"the platform ended it ({condition.Reason})", condition.Message)),
        };
    }

    private static PlatformEnd? ByEvent(PodSight sight)
    {
        if (sight.Pod.Metadata?.DeletionTimestamp is null)
        {
            return null;
        }

        foreach (var happened in PodEvents.NewestFirst(sight.Events))
        {
            switch (happened.Reason)
            {
                case "Preempted":
                    return new(PlatformCause.Preempted, Sentence("it made room for a pod of higher priority", happened.Message));
                case "TaintManagerEviction" when happened.Message?.StartsWith("Cancelling", StringComparison.Ordinal) != true:
                    return ByTaint(sight, happened.Message);
                case "Evicted":
                    return new(PlatformCause.Evicted, Sentence("its node evicted it", happened.Message));
            }
        }

        return null;
    }

    private static PlatformEnd ByTaint(PodSight sight, string? message) => PodReading.IsUnreachable(sight)
        ? new(PlatformCause.NodeLost, Sentence("its node does not answer", message))
        : new(PlatformCause.Evicted, Sentence("a taint of its node drove it away", message));

    private static string Sentence(string what, string? message) =>
        PlatformWords.Clean(message) is { Length: > 0 } words ? $"{what}: {words}" : what;
}
