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
        var image = $"the image {PodReading.Image(sight.Pod, wait.Container)}";
        return wait.Kind switch
        {
            PodWaitKind.NoImage => new(TimeSpan.Zero, PlatformCause.ImagePull)
            {
                Reason = $"{image} cannot be used{words}",
            },
            PodWaitKind.Image => new(rules.ImagePullGrace, PlatformCause.ImagePull)
            {
                Reason = $"{image} cannot be pulled{words}",
                Waiting = $"{image} cannot be pulled yet{words}",
                EventsMatter = wait.Words.Length == 0,
            },
            PodWaitKind.RateLimit => new(rules.ImageRateLimitGrace, PlatformCause.ImagePull)
            {
                Reason = $"the registry has refused {image} because of too many requests for {Time(rules.ImageRateLimitGrace)}{words}",
                Waiting = $"the registry refuses {image} because of too many requests{words}",
            },
            PodWaitKind.Configuration => new(rules.ConfigurationGrace, PlatformCause.InvalidConfiguration)
            {
                Reason = $"its pod cannot be started as it is described{words}",
                Waiting = $"its pod cannot be started yet{words}",
                EventsMatter = wait.FromEvents,
            },
            PodWaitKind.Gate => new(null, PlatformCause.Unschedulable)
            {
                Waiting = $"a scheduling gate holds it{words}",
            },
            PodWaitKind.Node => JudgeWithoutNode(sight, words),
            _ => new(rules.StartTimeout, PlatformCause.StartTimeout)
            {
                Reason = $"its node has not started it within {Time(rules.StartTimeout)}{words}",
                Waiting = $"its node starts it{words}",
                EventsMatter = wait.Container is null,
            },
        };
    }

    private static Verdict JudgeWithoutNode(PodSight sight, string words)
    {
        var rules = sight.Rules;
        var request = PodRequests.Of(sight.Pod);
        var waiting = $"waits for a node{words}";
        var isLast = rules.InfeasibleGrace is null || rules.InfeasibleGrace >= rules.ScheduleTimeout;
        if (sight.LargestNode is { } largest && (request.Cpu > largest.Cpu || request.Memory > largest.Memory)
            && !isLast && !PodEvents.TellOfScaleUp(sight.Events))
        {
            return new(rules.InfeasibleGrace, PlatformCause.Infeasible)
            {
                Reason = $"it asks for {PodRequests.Text(request)}, and the largest node offers {PodRequests.Text(largest)}{words}",
                Waiting = waiting,
                EventsMatter = true,
            };
        }

        return new(rules.ScheduleTimeout, PlatformCause.Unschedulable)
        {
            Reason = $"no node has had room for its {PodRequests.Text(request)} within {Time(rules.ScheduleTimeout)}{words}",
            Waiting = waiting,
        };
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

    private static string Time(TimeSpan? time) => Quantities.Seconds((time ?? TimeSpan.Zero).TotalSeconds);

    /// <param name="Limit">How long it is waited for; null for ever.</param>
    /// <param name="Cause">What it is given up for.</param>
    private sealed record Verdict(TimeSpan? Limit, PlatformCause Cause)
    {
        /// <summary>Why it is given up.</summary>
        public string Reason { get; init; } = "";

        /// <summary>What it is waited for, until then.</summary>
        public string Waiting { get; init; } = "";

        /// <summary>True if the pod's events may change the verdict.</summary>
        public bool EventsMatter { get; init; }
    }
}
