using System.Text.Json.Serialization;

namespace Executor.Kubernetes.Models;

/// <summary>What one pod, container or claim of a namespace may ask for, and gets if it asks for nothing (core/v1 LimitRange).</summary>
public sealed class V1LimitRange : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = "v1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "LimitRange";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>The limits.</summary>
    public V1LimitRangeSpec? Spec { get; set; }
}

/// <summary>A limit range's spec (core/v1 LimitRangeSpec).</summary>
public sealed class V1LimitRangeSpec
{
    /// <summary>All of which hold.</summary>
    public IList<V1LimitRangeItem>? Limits { get; set; }
}

/// <summary>The limits of one kind of thing, by resource (core/v1 LimitRangeItem).</summary>
public sealed class V1LimitRangeItem
{
    /// <summary><c>Container</c>, <c>Pod</c> or <c>PersistentVolumeClaim</c>.</summary>
    public string? Type { get; set; }

    /// <summary>The most that may be asked for, as a limit too.</summary>
    public IDictionary<string, ResourceQuantity>? Max { get; set; }

    /// <summary>The least that may be asked for.</summary>
    public IDictionary<string, ResourceQuantity>? Min { get; set; }

    /// <summary>The limits of a container that names none.</summary>
    [JsonPropertyName("default")]
    public IDictionary<string, ResourceQuantity>? DefaultProperty { get; set; }

    /// <summary>The requests of a container that names none.</summary>
    public IDictionary<string, ResourceQuantity>? DefaultRequest { get; set; }

    /// <summary>How many times the request a limit may be.</summary>
    public IDictionary<string, ResourceQuantity>? MaxLimitRequestRatio { get; set; }
}
