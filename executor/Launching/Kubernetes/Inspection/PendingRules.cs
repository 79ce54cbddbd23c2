namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>How long a pod may be kept from running by each kind of trouble before it is given up. A null time means never.</summary>
internal sealed record PendingRules
{
    /// <summary>From the first sign that an image cannot be pulled; the kubelet tries again all the while. 3 minutes by default.</summary>
    public TimeSpan? ImagePullGrace { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>The same where the registry refuses because of too many requests, which passes by itself. 30 minutes by default.</summary>
    public TimeSpan? ImageRateLimitGrace { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// From the first sign that something that the pod refers to does not exist or cannot be used; it may be on its way. 30 seconds by default.
    /// </summary>
    public TimeSpan? ConfigurationGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Without a node. 10 minutes by default.</summary>
    public TimeSpan? ScheduleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Without a node, for a pod that asks for more than the largest node has and for which no autoscaler has said that it brings a larger one.
    /// 60 seconds by default.
    /// </summary>
    public TimeSpan? InfeasibleGrace { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>With a node, without trouble that has a grace of its own, and not started. 10 minutes by default.</summary>
    public TimeSpan? StartTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a pod waits before its events are read, which costs a request. 15 seconds by default.</summary>
    public TimeSpan EventsAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The same for a Job without a pod: a Job controller that makes one pod after another keeps the last of many Jobs waiting for long, and nothing is
    /// wrong with any of them. 60 seconds by default.
    /// </summary>
    public TimeSpan JobEventsAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long after the end of its grace period a deleted pod may remain before its node is taken for lost. 30 seconds by default.
    /// </summary>
    public TimeSpan? TerminationGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long no pod of a Job may be seen, whose pod was seen or counted before. 60 seconds by default.</summary>
    public TimeSpan? MissingPodGrace { get; init; } = TimeSpan.FromSeconds(60);
}
