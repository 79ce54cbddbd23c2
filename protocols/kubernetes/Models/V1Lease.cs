using System.Text.Json.Serialization;

namespace Executor.Kubernetes.Models;

/// <summary>Who holds what, until when (coordination.k8s.io/v1 Lease). Modelled up to the fields of 1.30.</summary>
public sealed class V1Lease : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = "coordination.k8s.io/v1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "Lease";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>The holder and its times.</summary>
    public V1LeaseSpec? Spec { get; set; }
}

/// <summary>A lease's holder and times (coordination.k8s.io/v1 LeaseSpec).</summary>
public sealed class V1LeaseSpec
{
    /// <summary>The holder; null or empty when nobody holds it.</summary>
    public string? HolderIdentity { get; set; }

    /// <summary>Seconds after <see cref="RenewTime"/> at which others may take it.</summary>
    public int? LeaseDurationSeconds { get; set; }

    /// <summary>UTC in microseconds, when the holder took it.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTime? AcquireTime { get; set; }

    /// <summary>UTC in microseconds, when the holder last renewed it, by its own clock.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTime? RenewTime { get; set; }

    /// <summary>How often the holder changed.</summary>
    public int? LeaseTransitions { get; set; }
}
