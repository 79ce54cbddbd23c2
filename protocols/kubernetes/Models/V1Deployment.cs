namespace Executor.Kubernetes.Models;

/// <summary>Pods that are kept running (apps/v1 Deployment). Created from JSON.</summary>
public sealed class V1Deployment : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = "apps/v1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "Deployment";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>What was asked for.</summary>
    public V1DeploymentSpec? Spec { get; set; }

    /// <summary>What runs.</summary>
    public V1DeploymentStatus? Status { get; set; }
}

/// <summary>A deployment's spec (apps/v1 DeploymentSpec).</summary>
public sealed class V1DeploymentSpec
{
    /// <summary>Pods; the server's default is 1.</summary>
    public int? Replicas { get; set; }

    /// <summary>The pods.</summary>
    public V1PodTemplateSpec? Template { get; set; }
}

/// <summary>What runs of a deployment (apps/v1 DeploymentStatus). The counts are null for 0.</summary>
public sealed class V1DeploymentStatus
{
    /// <summary>The newest generation that the status speaks of: an older one says nothing about the last change.</summary>
    public long? ObservedGeneration { get; set; }

    /// <summary>Pods that are not being deleted.</summary>
    public int? Replicas { get; set; }

    /// <summary>Pods of the newest template.</summary>
    public int? UpdatedReplicas { get; set; }

    /// <summary>Pods that are ready.</summary>
    public int? ReadyReplicas { get; set; }

    /// <summary>Pods that have been ready for long enough.</summary>
    public int? AvailableReplicas { get; set; }

    /// <summary>Pods that are wanted and not available.</summary>
    public int? UnavailableReplicas { get; set; }

    /// <summary>Such as <c>Available</c>, <c>Progressing</c>, <c>ReplicaFailure</c>.</summary>
    public IList<V1DeploymentCondition>? Conditions { get; set; }
}

/// <summary>One condition of a deployment (apps/v1 DeploymentCondition).</summary>
public sealed class V1DeploymentCondition
{
    /// <summary>The condition's name.</summary>
    public string? Type { get; set; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string? Status { get; set; }

    /// <summary>One word for why.</summary>
    public string? Reason { get; set; }

    /// <summary>For people.</summary>
    public string? Message { get; set; }
}
