using Executor.Contracts.Identity;
using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Tracking;

/// <summary>What is known of one attempt's objects. Guarded by the tracker's lock.</summary>
internal sealed class TrackedAttempt(AttemptId id, DateTimeOffset since)
{
    /// <summary>The attempt.</summary>
    public AttemptId Id { get; } = id;

    /// <summary>When the executor first knew of it, or last knew of a pod of it.</summary>
    public DateTimeOffset Since { get; set; } = since;

    /// <summary>Its Job, as last seen.</summary>
    public V1Job? Job { get; set; }

    /// <summary>True once the watch has shown the Job: only then does its absence mean something.</summary>
    public bool IsJobWatched { get; set; }

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

    /// <summary>The events of its pod or Job, once they were read.</summary>
    public IReadOnlyList<Corev1Event>? Events { get; set; }

    /// <summary>True while its events are being read.</summary>
    public bool IsReadingEvents { get; set; }

    /// <summary>True once its end was told: what is seen later belongs to a pod that counts for nothing.</summary>
    public bool HasEnded => Told == ObservedPhase.Ended;
}
