namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>What the state of a pod means for its attempt.</summary>
internal sealed record PodInspection
{
    /// <summary>Where the attempt stands. <see cref="ObservedPhase.Ended"/> is final: later inspections repeat it.</summary>
    public required ObservedPhase Phase { get; init; }

    /// <summary>What is known of the attempt.</summary>
    public required AttemptFacts Facts { get; init; }

    /// <summary>
    /// True if the pod has not ended by itself and will not be waited for: whoever inspects must delete it, and <see cref="Facts"/> tell why.
    /// </summary>
    public bool GiveUp { get; init; }

    /// <summary>
    /// True if a verdict is open that depends on the pod's events: read them and inspect again with <see cref="PodSight.EventsRead"/> set.
    /// </summary>
    public bool WantsEvents { get; init; }

    /// <summary>When the verdict may be another though nothing is seen to change; null for never.</summary>
    public DateTimeOffset? LookAgainAt { get; init; }

    /// <summary>One sentence on why it is not running yet; null once it runs or has ended.</summary>
    public string? Waiting { get; init; }

    /// <summary>What it waits for and since when, for the next inspection.</summary>
    public PodWait? Wait { get; init; }
}

/// <summary>What keeps a pod from going on.</summary>
/// <param name="Kind">What.</param>
/// <param name="Since">The time of the first inspection that found it.</param>
/// <param name="Words">The platform's words on it, the most telling ones so far; empty where it has none.</param>
internal sealed record PodWait(PodWaitKind Kind, DateTimeOffset Since, string Words)
{
    /// <summary>The container that waits; null where it is the pod.</summary>
    public string? Container { get; init; }

    /// <summary>True if only events tell it, so that an inspection without them leaves it as it was.</summary>
    public bool FromEvents { get; init; }
}

/// <summary>The kinds of trouble, each with its own time in <see cref="PendingRules"/>.</summary>
internal enum PodWaitKind
{
    /// <summary>For a node.</summary>
    Node,

    /// <summary>For whoever has put a scheduling gate on it, without limit.</summary>
    Gate,

    /// <summary>For its node to start it.</summary>
    Start,

    /// <summary>For an image that cannot be pulled.</summary>
    Image,

    /// <summary>For a registry that answers too many requests.</summary>
    RateLimit,

    /// <summary>For nothing: its image can never be pulled as it is named, or may not be.</summary>
    NoImage,

    /// <summary>For something that it refers to.</summary>
    Configuration,

    /// <summary>For its end: it is being deleted.</summary>
    Deletion,
}
