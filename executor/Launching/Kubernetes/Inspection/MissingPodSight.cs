using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>All that is known at one moment of an attempt whose Job is there and whose pod is not.</summary>
internal sealed record MissingPodSight
{
    /// <summary>The Job as it was last seen.</summary>
    public required V1Job Job { get; init; }

    /// <summary>True if a pod of it was ever seen.</summary>
    public bool WasSeen { get; init; }

    /// <summary>The Job's recent events (not its pod's); see <see cref="EventsRead"/>.</summary>
    public IReadOnlyList<Corev1Event> Events { get; init; } = [];

    /// <summary>True if <see cref="Events"/> were read for this very inspection, or may not be read at all.</summary>
    public bool EventsRead { get; init; }

    /// <summary>The times.</summary>
    public required PendingRules Rules { get; init; }

    /// <summary>
    /// Since when, by its own clock, this executor has known the Job and seen no pod of it; since it has known that a pod was made, once it does.
    /// </summary>
    public required DateTimeOffset MissingSince { get; init; }

    /// <summary>The time, by the same clock.</summary>
    public required DateTimeOffset Now { get; init; }
}
