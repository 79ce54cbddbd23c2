namespace Executor.Kubernetes.Models;

/// <summary>What a pod used a moment ago, as a metrics server has it (metrics.k8s.io/v1beta1 PodMetrics).</summary>
public sealed class PodMetrics : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = "metrics.k8s.io/v1beta1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "PodMetrics";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>UTC, the end of the time that was measured.</summary>
    public DateTime? Timestamp { get; set; }

    /// <summary>How long was measured, as a Go duration such as <c>15.2s</c>.</summary>
    public string? Window { get; set; }

    /// <summary>By container.</summary>
    public IList<ContainerMetrics>? Containers { get; set; }
}

/// <summary>What a container used a moment ago (metrics.k8s.io/v1beta1 ContainerMetrics).</summary>
public sealed class ContainerMetrics
{
    /// <summary>The container.</summary>
    public string? Name { get; set; }

    /// <summary>By resource: <c>cpu</c> in cores on average over the window, <c>memory</c> in bytes at its end.</summary>
    public IDictionary<string, ResourceQuantity>? Usage { get; set; }
}
