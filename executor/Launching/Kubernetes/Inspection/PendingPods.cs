using Executor.Rendering;

namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>Decides how long a pod that does not run is waited for, and says what for.</summary>
internal static class PendingPods
{
    /// <summary>Inspects a pod that has not started and is not being deleted.</summary>
    public static PodInspection Inspect(PodSight sight)
    {
        var wait = PodWaits.Find(sight);
        var verdict = Judge(sight, wait);
        var elapsed = sight.Now - wait.Since;
        var mayRead = !sight.EventsRead && verdict.EventsMatter;
        var wantsEvents = mayRead && elapsed >= sight.Rules.EventsAfter;
        var isOver = verdict.Limit is { } limit && elapsed >= limit;
        var inspection = new PodInspection
        {
            Phase = ObservedPhase.Pending,
            Facts = EndedPods.Seen(sight),
            Waiting = verdict.Waiting,
            Wait = wait,
            WantsEvents = wantsEvents || (mayRead && isOver),
        };
        if (isOver && !mayRead)
        {
            return inspection with
            {
                Phase = ObservedPhase.Ended,
                GiveUp = true,
                Waiting = null,
                Facts = inspection.Facts with { Platform = new PlatformEnd(verdict.Cause, verdict.Reason) },
            };
        }

        return inspection with { LookAgainAt = NextLook(sight, wait, verdict, isOver) };
    }

    private static Verdict Judge(PodSight sight, PodWait wait)
    {
        var rules = sight.Rules;
        var words = wait.Words.Length == 0 ? "" : $": {wait.Words}";
        switch (wait.Kind)
        {
            case PodWaitKind.NoImage:
                return new(TimeSpan.Zero, PlatformCause.ImagePull, $"the image {Image(sight, wait)} cannot be used{words}", "");
            case PodWaitKind.Image:
                return new(rules.ImagePullGrace, PlatformCause.ImagePull, $"the image {Image(sight, wait)} cannot be pulled{words}",
                    $"the image {Image(sight, wait)} cannot be pulled yet{words}") { EventsMatter = wait.Words.Length == 0 };
            case PodWaitKind.RateLimit:
                return new(rules.ImageRateLimitGrace, PlatformCause.ImagePull,
                    $"the registry has refused the image {Image(sight, wait)} because of too many requests for {Time(rules.ImageRateLimitGrace)}{words}",
                    $"the registry refuses the image {Image(sight, wait)} because of too many requests{words}");
            case PodWaitKind.Configuration:
                return new(rules.ConfigurationGrace, PlatformCause.InvalidConfiguration, $"its pod cannot be started as it is described{words}",
                    $"its pod cannot be started yet{words}") { EventsMatter = wait.FromEvents };
            case PodWaitKind.Gate:
                return new(null, PlatformCause.Unschedulable, "", $"a scheduling gate holds it{words}");
            case PodWaitKind.Node:
                return JudgeUnscheduled(sight, words);
            default:
                return new(rules.StartTimeout, PlatformCause.StartTimeout, $"its node has not started it within {Time(rules.StartTimeout)}{words}",
                    $"its node starts it{words}") { EventsMatter = wait.Container is null };
        }
    }

    private static Verdict JudgeUnscheduled(PodSight sight, string words)
    {
        var rules = sight.Rules;
        var request = PodRequests.Of(sight.Pod);
        var scheduling = new Verdict(rules.ScheduleTimeout, PlatformCause.Unschedulable,
            $"no node has had room for its {PodRequests.Text(request)} within {Time(rules.ScheduleTimeout)}{words}", $"waits for a node{words}");
        var isTooLarge = sight.LargestNode is { } largest && (request.Cpu > largest.Cpu || request.Memory > largest.Memory);
        if (!isTooLarge || rules.InfeasibleGrace is null || rules.InfeasibleGrace >= rules.ScheduleTimeout || PodEvents.TellOfScaleUp(sight.Events))
        {
            return scheduling;
        }

        return new(rules.InfeasibleGrace, PlatformCause.Infeasible,
            $"it asks for {PodRequests.Text(request)}, and the largest node offers {PodRequests.Text(sight.LargestNode!.Value)}{words}",
            scheduling.Waiting) { EventsMatter = true };
    }

    /// <summary>At the limit, or when the events are due; after that each time the wait has become twice as long.</summary>
    private static DateTimeOffset? NextLook(PodSight sight, PodWait wait, Verdict verdict, bool isOver)
    {
        var elapsed = sight.Now - wait.Since;
        var eventsAfter = sight.Rules.EventsAfter;
        var limit = verdict.Limit is { } time && !isOver ? wait.Since + time : (DateTimeOffset?)null;
        var events = !verdict.EventsMatter ? (DateTimeOffset?)null
            : elapsed < eventsAfter ? wait.Since + eventsAfter
            : sight.Now + new[] { elapsed, eventsAfter, TimeSpan.FromSeconds(1) }.Max();
        return limit is null ? events : events is null ? limit : limit < events ? limit : events;
    }

    private static string Image(PodSight sight, PodWait wait) => PodReading.Image(sight.Pod, wait.Container);

    private static string Time(TimeSpan? time) => Quantities.Seconds((time ?? TimeSpan.Zero).TotalSeconds);

    /// <param name="Limit">How long it is waited for; null for ever.</param>
    /// <param name="Cause">What it is given up for.</param>
    /// <param name="Reason">The same in words.</param>
    /// <param name="Waiting">What it is waited for, until then.</param>
    private sealed record Verdict(TimeSpan? Limit, PlatformCause Cause, string Reason, string Waiting)
    {
        /// <summary>True if the pod's events may change the verdict.</summary>
        public bool EventsMatter { get; init; }
    }
}
