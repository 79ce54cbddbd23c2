using Executor.Contracts.Identity;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Inspection;
using Executor.Launching.Kubernetes.Jobs;
using Executor.Launching.Kubernetes.Pods;

namespace Executor.Launching.Kubernetes.Tracking;

/// <summary>What is known of one attempt's objects. Guarded by the tracker's lock.</summary>
/// <param name="id">The attempt.</param>
/// <param name="podless">Is kept right by what is set here.</param>
internal sealed class TrackedAttempt(AttemptId id, PodlessCount podless)
{
    private bool _isPodless;

    /// <summary>The attempt.</summary>
    public AttemptId Id { get; } = id;

    /// <summary>True from when the tracker knows of it until it has forgotten it.</summary>
    public bool IsKnown
    {
        get;
        set
        {
            field = value;
            CountIfPodless();
        }
    }

    /// <summary>Since when it has no pod, while it has none; as of <see cref="MissingPodSight.MissingSince"/>.</summary>
    public DateTimeOffset MissingSince { get; set; }

    /// <summary>True once a pod of it was seen.</summary>
    public bool HadPod { get; set; }

    /// <summary>The node that its latest pod was given, which is remembered when the pod is gone; null where there was none.</summary>
    public string? Node { get; set; }

    /// <summary>True while a launch has failed and what is left of it goes away: nothing is told of that.</summary>
    public bool IsAbandoned
    {
        get;
        set
        {
            field = value;
            CountIfPodless();
        }
    }

    /// <summary>When its pod was first seen.</summary>
    public DateTimeOffset PodSince { get; set; }

    /// <summary>What its pod was last found to mean.</summary>
    public PodInspection? Before { get; set; }

    /// <summary>Its Job, as last seen; once its end was told, what <see cref="JobShape.OfEnded"/> keeps of it.</summary>
    public V1Job? Job
    {
        get;
        set => field = value is not null && Told == ObservedPhase.Ended ? JobShape.OfEnded(value) : value;
    }

    /// <summary>Its pod, as last seen; the latest one of several. Once its end was told, what <see cref="PodShape.OfEnded"/> keeps of it.</summary>
    public V1Pod? Pod
    {
        get;
        set
        {
            field = value is not null && Told == ObservedPhase.Ended ? PodShape.OfEnded(value) : value;
            CountIfPodless();
        }
    }

    /// <summary>What was last told of it; null if nothing. Once that is its end, most of what it was told by is let go.</summary>
    public ObservedPhase? Told
    {
        get;
        set
        {
            field = value;
            CountIfPodless();
            if (value == ObservedPhase.Ended)
            {
                (Job, Pod, Before, Events) = (Job, Pod, null, []);
            }
        }
    }

    /// <summary>Why it was last said to wait.</summary>
    public string? ToldWaiting { get; set; }

    /// <summary>The executor asked it to end.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>When it is to be looked at again though nothing changes.</summary>
    public DateTimeOffset? LookAgainAt { get; set; }

    /// <summary>The events of its pod or Job, as far as they were read.</summary>
    public IReadOnlyList<Corev1Event> Events { get; set; } = [];

    /// <summary>True while its events are being read.</summary>
    public bool IsReadingEvents { get; set; }

    /// <summary>True once its end was told: what is seen later belongs to a pod that counts for nothing.</summary>
    public bool HasEnded => IsAbandoned || Told == ObservedPhase.Ended;

    /// <summary>What its objects mean now; null while it has none.</summary>
    /// <param name="rules">How long what is waited for.</param>
    /// <param name="largest">The largest node; null where that is not known.</param>
    /// <param name="now">The time.</param>
    /// <param name="isPodGone">True if its pod was just seen to go.</param>
    /// <param name="eventsRead">True if <see cref="Events"/> were read for this.</param>
    public PodInspection? Inspect(PendingRules rules, NodeSize? largest, DateTimeOffset now, bool isPodGone, bool eventsRead)
    {
        if (Pod is { } pod)
        {
            var sight = new PodSight
            {
                Pod = pod,
                TaskContainer = PodFactory.TaskContainer,
                RunnerContainer = PodFactory.InjectContainer,
                Events = Events,
                EventsRead = eventsRead,
                Rules = rules,
                LargestNode = largest,
                FirstSeen = PodSince,
                Now = now,
                Before = Before,
            };
            return isPodGone ? PodInspector.InspectGone(sight) : PodInspector.Inspect(sight);
        }

        return Job is not { } job ? null : MissingPods.Inspect(new MissingPodSight
        {
            Job = job,
            WasSeen = HadPod,
            Events = Events,
            EventsRead = eventsRead,
            Rules = rules,
            MissingSince = MissingSince,
            Now = now,
        });
    }

    /// <summary>A command with which a person looks further into its failure; null where it has not failed, or nothing is known of its objects.</summary>
    public string? AdviceOn(AttemptFacts facts, bool isPodKept) =>
        facts is { ExitCode: 0, Platform: null, OutOfMemory: false } || (Pod?.Metadata ?? Job?.Metadata) is not { Name: { } name } subject
            ? null
            : PodFailureAdvice.CommandFor(subject.NamespaceProperty ?? "default", name, PodFactory.TaskContainer, facts, isPodKept);

    private void CountIfPodless()
    {
        var isPodless = IsKnown && Pod is null && !HasEnded;
        if (isPodless != _isPodless)
        {
            _isPodless = isPodless;
            podless.Count(Id.Task, isPodless ? 1 : -1);
        }
    }
}
