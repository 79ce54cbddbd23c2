namespace Executor.Kubernetes.Models;

/// <summary>How many pods a controller has and what selects them, whatever its kind (autoscaling/v1 Scale).</summary>
public sealed class V1Scale
{
    /// <summary>The controller's own name, version and times.</summary>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>What is wanted.</summary>
    public V1ScaleSpec? Spec { get; set; }

    /// <summary>What there is.</summary>
    public V1ScaleStatus? Status { get; set; }
}

/// <summary>How many pods are wanted (autoscaling/v1 ScaleSpec).</summary>
public sealed class V1ScaleSpec
{
    /// <summary>How many; null for none, which servers leave out.</summary>
    public int? Replicas { get; set; }
}

/// <summary>The pods that there are (autoscaling/v1 ScaleStatus).</summary>
public sealed class V1ScaleStatus
{
    /// <summary>How many; 0 is written.</summary>
    public int? Replicas { get; set; }

    /// <summary>The label selector that finds them, as text; null or empty where the controller tells none.</summary>
    public string? Selector { get; set; }
}
