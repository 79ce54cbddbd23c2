using System.Text.Json.Serialization;

namespace Executor.Kubernetes.Models;

/// <summary>What a component reports of an object, such as the scheduler of a pod that fits no node (core/v1 Event).</summary>
public sealed class Corev1Event : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = "v1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "Event";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>The object that it is about.</summary>
    public V1ObjectReference? InvolvedObject { get; set; }

    /// <summary>One word, such as <c>FailedScheduling</c>, <c>FailedCreate</c>, <c>Evicted</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>For people.</summary>
    public string? Message { get; set; }

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public string? Type { get; set; }

    /// <summary>How often it happened; null for events of the newer API, which count in a series.</summary>
    public int? Count { get; set; }

    /// <summary>UTC; null for events of the newer API.</summary>
    public DateTime? FirstTimestamp { get; set; }

    /// <summary>UTC; null for events of the newer API.</summary>
    public DateTime? LastTimestamp { get; set; }

    /// <summary>UTC in microseconds, of the newer API.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTime? EventTime { get; set; }

    /// <summary>The component that reports, of the newer API; required there.</summary>
    public string? ReportingComponent { get; set; }

    /// <summary>The component's instance, of the newer API; required there.</summary>
    public string? ReportingInstance { get; set; }

    /// <summary>What was done, of the newer API; required there.</summary>
    public string? Action { get; set; }
}

/// <summary>A reference to an object of any kind (core/v1 ObjectReference).</summary>
public sealed class V1ObjectReference
{
    /// <summary>Group and version.</summary>
    public string? ApiVersion { get; set; }

    /// <summary>Kind.</summary>
    public string? Kind { get; set; }

    /// <summary>Name.</summary>
    public string? Name { get; set; }

    /// <summary>Namespace; null for cluster-scoped kinds.</summary>
    [JsonPropertyName("namespace")]
    public string? NamespaceProperty { get; set; }

    /// <summary>UID.</summary>
    public string? Uid { get; set; }

    /// <summary>A part of the object, such as <c>spec.containers{main}</c>.</summary>
    public string? FieldPath { get; set; }
}
