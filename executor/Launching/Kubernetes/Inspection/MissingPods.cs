using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Rendering;

namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>
/// Decides what it means that a Job is there and its pod is not: pure. A Job that its controller has not come to yet, is suspended, or may not make
/// its pod for a quota or a limit range, waits; one whose pod was there and is gone has lost it.
/// </summary>
internal static class MissingPods
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    /// <summary>Inspects such a Job.</summary>
    public static PodInspection Inspect(MissingPodSight sight)
    {
        ArgumentNullException.ThrowIfNull(sight);
        var job = sight.Job;
        if (job.Metadata?.DeletionTimestamp is not null)
        {
            return JobGone(sight.Now);
        }

        if (Condition(job, "Failed") is { } failed)
        {
            return Ended(sight.Now, EndOf(failed));
        }

        if (Condition(job, "FailureTarget") is { } failing)
        {
            return Ended(sight.Now, EndOf(failing));
        }

        if (Condition(job, "Complete") is not null || Condition(job, "SuccessCriteriaMet") is not null)
        {
            return Ended(sight.Now, end: null) with { Facts = new AttemptFacts { Seen = sight.Now, ExitCode = 0 } };
        }

        if (job.Spec?.Suspend == true || Condition(job, "Suspended") is not null)
        {
            return Waits(sight, "its Job is suspended");
        }

        return WasMade(sight) ? Missing(sight, sight.Rules.MissingPodGrace, Vanished(sight)) : NotMade(sight);
    }

    /// <summary>
    /// True if a pod of the Job was made, by what the Job says. One that the executor manages itself has its pod made with it, so it counts at once.
    /// </summary>
    public static bool CountsPod(V1Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return !string.IsNullOrEmpty(job.Spec?.ManagedBy)
            || job.Status is { Active: > 0 } or { Ready: > 0 } or { Failed: > 0 } or { Succeeded: > 0 } or { Terminating: > 0 };
    }

    /// <summary>What it means that the Job itself is gone, and its pod with it.</summary>
    public static PodInspection JobGone(DateTimeOffset now) => Ended(now, new PlatformEnd(PlatformCause.Deleted, "somebody deleted its Job"));

    private static PodInspection NotMade(MissingPodSight sight)
    {
        var refusal = PodEvents.NewestFirst(sight.Events).FirstOrDefault(happened => happened.Reason == "FailedCreate")?.Message;
        if (refusal is not null)
        {
            var words = PlatformWords.Clean(refusal);
            return AdmissionMessages.TellOfQuota(refusal) ? Waits(sight, $"its pod has to wait for the quota: {words}")
                : AdmissionMessages.TellOfLimitRange(refusal) ? Waits(sight, $"its pod waits until the namespace's LimitRange allows it: {words}")
                : Missing(sight, sight.Rules.ScheduleTimeout, new(PlatformCause.InvalidConfiguration, $"its pod may not be made: {words}"),
                    $"its pod may not be made yet: {words}");
        }

        return Waits(sight, sight.Job.Status?.StartTime is null
            ? "the Job controller has not come to it yet"
            : "the Job controller has not made its pod yet");
    }

    private static PodInspection Missing(MissingPodSight sight, TimeSpan? grace, PlatformEnd end, string? waiting = null)
    {
        var due = sight.MissingSince + grace;
        return sight.Now >= due
            ? Ended(sight.Now, end) with { GiveUp = true }
            : Waits(sight, waiting ?? "its pod is not to be seen") with { LookAgainAt = Earlier(due, EventsDue(sight)) };
    }

    private static PodInspection Waits(MissingPodSight sight, string what) => new()
    {
        Phase = ObservedPhase.Pending,
        Facts = new AttemptFacts { Seen = sight.Now },
        Waiting = what,
        WantsEvents = !sight.EventsRead && !WasMade(sight) && sight.Now - sight.MissingSince >= sight.Rules.JobEventsAfter,
        LookAgainAt = EventsDue(sight),
    };

    /// <summary>A Job without a pod is read again, with its events, each time that it has waited twice as long, and at least every ten minutes.</summary>
    private static DateTimeOffset? EventsDue(MissingPodSight sight)
    {
        var elapsed = sight.Now - sight.MissingSince;
        return WasMade(sight) ? null
            : elapsed < sight.Rules.JobEventsAfter ? sight.MissingSince + sight.Rules.JobEventsAfter
            : sight.Now + (elapsed < LongestPause ? new[] { elapsed, sight.Rules.JobEventsAfter, TimeSpan.FromSeconds(1) }.Max() : LongestPause);
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null ? other : other is null || one < other ? one : other;

    private static bool WasMade(MissingPodSight sight) => sight.WasSeen || CountsPod(sight.Job);

    private static PlatformEnd Vanished(MissingPodSight sight) => new(
        PlatformCause.Vanished,
        $"no pod of its Job has been seen for {Quantities.Seconds((sight.Rules.MissingPodGrace ?? TimeSpan.Zero).TotalSeconds)}");

    private static PlatformEnd EndOf(V1JobCondition condition)
    {
        var words = PlatformWords.Clean($"{condition.Reason}: {condition.Message}").Trim(':', ' ');
        var suffix = words.Length == 0 ? "" : $": {words}";
        return condition.Reason == PodWords.DeadlineExceeded
            ? new(PlatformCause.DeadlineExceeded, $"it ran out of the time that its Job had{suffix}")
            : new(PlatformCause.Vanished, $"its pod is gone, and its Job has failed{suffix}");
    }

    private static PodInspection Ended(DateTimeOffset now, PlatformEnd? end) =>
        new() { Phase = ObservedPhase.Ended, Facts = new AttemptFacts { Seen = now, Platform = end } };

    private static V1JobCondition? Condition(V1Job job, string type) =>
        job.Status?.Conditions?.FirstOrDefault(condition => condition is { Status: "True" } && condition.Type == type);
}
