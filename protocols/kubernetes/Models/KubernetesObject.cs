namespace Executor.Kubernetes.Models;

/// <summary>What every object has: for kinds that are created and deleted here, and never read.</summary>
public sealed class KubernetesObject : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; }

    /// <inheritdoc/>
    public string? Kind { get; set; }

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();
}
