namespace Executor.Kubernetes.Models;

/// <summary>One job (batch/v1 Job).</summary>
public sealed class V1Job : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = "batch/v1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "Job";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>What was asked for.</summary>
    public V1JobSpec? Spec { get; set; }

    /// <summary>How far it is.</summary>
    public V1JobStatus? Status { get; set; }
}

/// <summary>A job's spec (batch/v1 JobSpec). Jobs with more than these fields are created from JSON.</summary>
public sealed class V1JobSpec
{
    /// <summary>Pods at the same time; the server's default is 1.</summary>
    public int? Parallelism { get; set; }

    /// <summary>Pods that must succeed.</summary>
    public int? Completions { get; set; }

    /// <summary><c>NonIndexed</c> or <c>Indexed</c> (1.24).</summary>
    public string? CompletionMode { get; set; }

    /// <summary>Failed pods that are replaced; the server's default is 6.</summary>
    public int? BackoffLimit { get; set; }

    /// <summary>Seconds from the start, pending time included, after which the job fails.</summary>
    public long? ActiveDeadlineSeconds { get; set; }

    /// <summary>Seconds after the end at which the job is deleted; null for never.</summary>
    public int? TtlSecondsAfterFinished { get; set; }

    /// <summary>True keeps pods from being made, and deletes those that run.</summary>
    public bool? Suspend { get; set; }

    /// <summary>
    /// The controller that takes the job's status upon itself; immutable. Servers before 1.32 drop it and manage the job themselves:
    /// look for it in the answer to the create.
    /// </summary>
    public string? ManagedBy { get; set; }

    /// <summary><c>TerminatingOrFailed</c> or <c>Failed</c> (1.34).</summary>
    public string? PodReplacementPolicy { get; set; }

    /// <summary>The pods.</summary>
    public V1PodTemplateSpec? Template { get; set; }
}

/// <summary>How far a job is (batch/v1 JobStatus).</summary>
public sealed class V1JobStatus
{
    /// <summary>Pods that are pending or running.</summary>
    public int? Active { get; set; }

    /// <summary>Pods that are ready (1.24).</summary>
    public int? Ready { get; set; }

    /// <summary>Pods that are being deleted (1.28).</summary>
    public int? Terminating { get; set; }

    /// <summary>Pods that succeeded.</summary>
    public int? Succeeded { get; set; }

    /// <summary>Pods that failed.</summary>
    public int? Failed { get; set; }

    /// <summary>UTC, when the controller took the job up.</summary>
    public DateTime? StartTime { get; set; }

    /// <summary>UTC, set only when the job succeeded.</summary>
    public DateTime? CompletionTime { get; set; }

    /// <summary>Such as <c>Complete</c>, <c>Failed</c>, <c>Suspended</c>, <c>FailureTarget</c>, <c>SuccessCriteriaMet</c>.</summary>
    public IList<V1JobCondition>? Conditions { get; set; }
}

/// <summary>One condition of a job (batch/v1 JobCondition).</summary>
public sealed class V1JobCondition
{
    /// <summary>The condition's name.</summary>
    public string? Type { get; set; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string? Status { get; set; }

    /// <summary>One word for why, such as <c>BackoffLimitExceeded</c>, <c>DeadlineExceeded</c>, <c>PodFailurePolicy</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>For people.</summary>
    public string? Message { get; set; }

    /// <summary>UTC.</summary>
    public DateTime? LastProbeTime { get; set; }

    /// <summary>UTC.</summary>
    public DateTime? LastTransitionTime { get; set; }
}
