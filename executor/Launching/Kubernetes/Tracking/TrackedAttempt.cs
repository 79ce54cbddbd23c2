using Executor.Contracts.Identity;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Inspection;

namespace Executor.Launching.Kubernetes.Tracking;

/// <summary>What is known of one attempt's objects. Guarded by the tracker's lock.</summary>
internal sealed class TrackedAttempt(AttemptId id)
{
    /// <summary>The attempt.</summary>
    public AttemptId Id { get; } = id;

    /// <summary>Since when it has no pod, while it has none.</summary>
    public DateTimeOffset MissingSince { get; set; }

    /// <summary>True once a pod of it was seen.</summary>
    public bool HadPod { get; set; }

    /// <summary>The node that its latest pod was given, which is remembered when the pod is gone; null where there was none.</summary>
    public string? Node { get; set; }

    /// <summary>True while a launch has failed and what is left of it goes away: nothing is told of that.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>When its pod was first seen.</summary>
    public DateTimeOffset PodSince { get; set; }

    /// <summary>What its pod was last found to mean.</summary>
    public PodInspection? Before { get; set; }

    /// <summary>Its Job, as last seen.</summary>
    public V1Job? Job { get; set; }

    /// <summary>Its pod, as last seen; the latest one of several.</summary>
    public V1Pod? Pod { get; set; }

    /// <summary>What was last told of it; null if nothing.</summary>
    public ObservedPhase? Told { get; set; }

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
}
