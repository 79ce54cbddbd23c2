namespace Executor.Launching;

/// <summary>
/// What a cluster has said of the pod of an attempt, kept because the pod is deleted. A null is something that it has not said, or that has not
/// come to pass; times are the cluster's, in whole seconds.
/// </summary>
internal sealed record AttemptPlacement
{
    /// <summary>The node that it was given.</summary>
    public string? Node { get; init; }

    /// <summary>The pod's UID.</summary>
    public string? PodUid { get; init; }

    /// <summary>The UID of the Job that the pod belongs to.</summary>
    public string? JobUid { get; init; }

    /// <summary>The pod's class of service: <c>Guaranteed</c>, <c>Burstable</c> or <c>BestEffort</c>.</summary>
    public string? Qos { get; init; }

    /// <summary>The digest of its task's image as its node's runtime tells it, such as <c>sha256:...</c>.</summary>
    public string? ImageDigest { get; init; }

    /// <summary>When the pod was made, by the API server's clock.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When it was given its node, by the scheduler's clock.</summary>
    public DateTimeOffset? Scheduled { get; init; }

    /// <summary>When its init containers were done, by its node's clock.</summary>
    public DateTimeOffset? Initialized { get; init; }

    /// <summary>When the task's container started, by its node's clock.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When the task's container ended, by its node's clock.</summary>
    public DateTimeOffset? Finished { get; init; }
}
