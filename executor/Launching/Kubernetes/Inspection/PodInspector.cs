namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>
/// Decides what the state of a pod means for its attempt: pure functions, which accept any pod whatsoever, with any part missing. They hold for
/// Kubernetes 1.20 and later. Nothing here proves anything: only a commit does.
/// </summary>
internal static class PodInspector
{
    /// <summary>
    /// Inspects a pod that is there. It is told as ended once its task's container is, long before the pod is, or once the API's word on the pod
    /// is final; a pod that has not ended by itself is ended only with <see cref="PodInspection.GiveUp"/>.
    /// </summary>
    public static PodInspection Inspect(PodSight sight)
    {
        ArgumentNullException.ThrowIfNull(sight);
        if (sight.Before is { Phase: ObservedPhase.Ended } ended)
        {
            return ended;
        }

        var pod = sight.Pod;
        if (PodReading.IsTerminal(pod) || PodReading.TaskEnd(sight) is not null || PodReading.FailedInit(sight) is not null)
        {
            return Ended(sight, isGone: false);
        }

        if (pod.Status is { Phase: PodWords.Unknown } or { Reason: PodWords.NodeLost })
        {
            return GivenUp(sight, Disruption.Find(sight) ?? new(PlatformCause.NodeLost, "its node does not answer"));
        }

        if (pod.Metadata?.DeletionTimestamp is not null)
        {
            return BeingDeleted(sight);
        }

        return IsRunning(sight)
            ? new() { Phase = ObservedPhase.Running, Facts = EndedPods.Seen(sight) }
            : PendingPods.Inspect(sight);
    }

    /// <summary>Inspects a pod that is no longer there, as it was last seen: it has ended.</summary>
    public static PodInspection InspectGone(PodSight sight)
    {
        ArgumentNullException.ThrowIfNull(sight);
        return sight.Before is { Phase: ObservedPhase.Ended } ended ? ended : Ended(sight, isGone: true);
    }

    private static PodInspection Ended(PodSight sight, bool isGone) => new()
    {
        Phase = ObservedPhase.Ended,
        Facts = EndedPods.Read(sight, isGone),
    };

    private static PodInspection GivenUp(PodSight sight, PlatformEnd end) => new()
    {
        Phase = ObservedPhase.Ended,
        Facts = EndedPods.Seen(sight) with { Platform = end },
        GiveUp = true,
    };

    private static PodInspection BeingDeleted(PodSight sight)
    {
        if (PodReading.IsUnreachable(sight))
        {
            return GivenUp(sight, Disruption.Find(sight) is { Cause: PlatformCause.NodeLost } lost ? lost
                : new(PlatformCause.NodeLost, "its node does not answer, and its pod is being deleted"));
        }

        var since = sight.Before is null ? sight.FirstSeen
            : sight.Before.Wait is { Kind: PodWaitKind.Deletion } before ? before.Since
            : sight.Now;
        var due = sight.Rules.TerminationGrace is { } grace
            ? since + TimeSpan.FromSeconds(Math.Clamp(GraceSeconds(sight), 0, MaxGraceSeconds)) + grace
            : (DateTimeOffset?)null;
        if (sight.Now >= due)
        {
            return GivenUp(sight, new(PlatformCause.NodeLost, "its node has not confirmed the deletion of its pod in time"));
        }

        var isRunning = IsRunning(sight);
        return new()
        {
            Phase = isRunning ? ObservedPhase.Running : ObservedPhase.Pending,
            Facts = EndedPods.Seen(sight) with { Platform = Disruption.Find(sight) },
            Waiting = isRunning ? null : "its pod is being deleted",
            Wait = new PodWait(PodWaitKind.Deletion, since, ""),
            WantsEvents = Disruption.WantsEvents(sight),
            LookAgainAt = due,
        };
    }

    // A year: what a pod says must not overflow a time.
    private const long MaxGraceSeconds = 366L * 24 * 3600;

    private static long GraceSeconds(PodSight sight) =>
        sight.Pod.Metadata!.DeletionGracePeriodSeconds ?? sight.Pod.Spec?.TerminationGracePeriodSeconds ?? 30;

    private static bool IsRunning(PodSight sight) => PodReading.Task(sight)?.State?.Running is not null;
}
