namespace Executor.Kubernetes.Models;

/// <summary>A machine of the cluster (core/v1 Node).</summary>
public sealed class V1Node : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = "v1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "Node";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>Whether pods may come.</summary>
    public V1NodeSpec? Spec { get; set; }

    /// <summary>What it has.</summary>
    public V1NodeStatus? Status { get; set; }
}

/// <summary>A node's spec (core/v1 NodeSpec).</summary>
public sealed class V1NodeSpec
{
    /// <summary>True after <c>kubectl cordon</c>.</summary>
    public bool? Unschedulable { get; set; }

    /// <summary>What pods must tolerate.</summary>
    public IList<V1Taint>? Taints { get; set; }
}

/// <summary>What keeps pods from a node (core/v1 Taint).</summary>
public sealed class V1Taint
{
    /// <summary>The key.</summary>
    public string? Key { get; set; }

    /// <summary>The value.</summary>
    public string? Value { get; set; }

    /// <summary><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>.</summary>
    public string? Effect { get; set; }
}

/// <summary>What a node has (core/v1 NodeStatus). Addresses and images are left out.</summary>
public sealed class V1NodeStatus
{
    /// <summary>All that the machine has, by resource.</summary>
    public IDictionary<string, ResourceQuantity>? Capacity { get; set; }

    /// <summary>What pods may request, by resource.</summary>
    public IDictionary<string, ResourceQuantity>? Allocatable { get; set; }

    /// <summary>Such as <c>Ready</c>, <c>MemoryPressure</c>, <c>DiskPressure</c>.</summary>
    public IList<V1NodeCondition>? Conditions { get; set; }
}

/// <summary>One condition of a node (core/v1 NodeCondition).</summary>
public sealed class V1NodeCondition
{
    /// <summary>The condition's name.</summary>
    public string? Type { get; set; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string? Status { get; set; }

    /// <summary>One word for why.</summary>
    public string? Reason { get; set; }
}
