using System.Text.Json.Serialization;

namespace Executor.Kubernetes.Models;

/// <summary>Text under keys, at most 1 MiB in all (core/v1 ConfigMap). Modelled in full.</summary>
public sealed class V1ConfigMap : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = "v1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "ConfigMap";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>True forbids every later change but deletion.</summary>
    public bool? Immutable { get; set; }

    /// <summary>UTF-8 text by key.</summary>
    public IDictionary<string, string>? Data { get; set; }

    /// <summary>Bytes by key; no key may stand in both.</summary>
    public IDictionary<string, byte[]>? BinaryData { get; set; }
}

/// <summary>Secret bytes under keys, at most 1 MiB in all (core/v1 Secret). Modelled in full.</summary>
public sealed class V1Secret : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = "v1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "Secret";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary><c>Opaque</c> by default; immutable.</summary>
    public string? Type { get; set; }

    /// <summary>True forbids every later change but deletion.</summary>
    public bool? Immutable { get; set; }

    /// <summary>The bytes by key, base64 only on the wire.</summary>
    public IDictionary<string, byte[]>? Data { get; set; }

    /// <summary>Text by key for writing only: the server moves it into <see cref="Data"/>.</summary>
    public IDictionary<string, string>? StringData { get; set; }
}

/// <summary>A namespace (core/v1 Namespace).</summary>
public sealed class V1Namespace : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = "v1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "Namespace";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();
}

/// <summary>A service's address inside the cluster (core/v1 Service).</summary>
public sealed class V1Service : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = "v1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "Service";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>What was asked for, with the address that was given.</summary>
    public V1ServiceSpec? Spec { get; set; }
}

/// <summary>A service's spec (core/v1 ServiceSpec).</summary>
public sealed class V1ServiceSpec
{
    /// <summary>The virtual address; <c>None</c> for a headless service.</summary>
    [JsonPropertyName("clusterIP")]
    public string? ClusterIP { get; set; }

    /// <summary><c>ClusterIP</c>, <c>NodePort</c>, <c>LoadBalancer</c> or <c>ExternalName</c>.</summary>
    public string? Type { get; set; }

    /// <summary>Labels of the pods behind it.</summary>
    public IDictionary<string, string>? Selector { get; set; }

    /// <summary>The ports.</summary>
    public IList<V1ServicePort>? Ports { get; set; }
}

/// <summary>One port of a service (core/v1 ServicePort).</summary>
public sealed class V1ServicePort
{
    /// <summary>Unique in the service; may be null when it has one port.</summary>
    public string? Name { get; set; }

    /// <summary>The port at the service's address.</summary>
    public int Port { get; set; }

    /// <summary>The port in the pods, or its name.</summary>
    public IntOrString? TargetPort { get; set; }

    /// <summary><c>TCP</c> by default.</summary>
    public string? Protocol { get; set; }
}

/// <summary>Limits on a namespace (core/v1 ResourceQuota).</summary>
public sealed class V1ResourceQuota : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = "v1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "ResourceQuota";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>The limits.</summary>
    public V1ResourceQuotaSpec? Spec { get; set; }

    /// <summary>The use.</summary>
    public V1ResourceQuotaStatus? Status { get; set; }
}

/// <summary>A quota's limits (core/v1 ResourceQuotaSpec).</summary>
public sealed class V1ResourceQuotaSpec
{
    /// <summary>By resource, such as <c>requests.cpu</c> or <c>count/jobs.batch</c>.</summary>
    public IDictionary<string, ResourceQuantity>? Hard { get; set; }

    /// <summary>Which pods count, such as <c>NotTerminating</c>; null for all.</summary>
    public IList<string>? Scopes { get; set; }

    /// <summary>Which pods count, by scope and value, such as a priority class; null for all.</summary>
    public V1ScopeSelector? ScopeSelector { get; set; }
}

/// <summary>Which pods a quota counts: those for which every expression holds (core/v1 ScopeSelector).</summary>
public sealed class V1ScopeSelector
{
    /// <summary>The expressions.</summary>
    public IList<V1ScopedResourceSelectorRequirement>? MatchExpressions { get; set; }
}

/// <summary>An expression on one scope (core/v1 ScopedResourceSelectorRequirement).</summary>
public sealed class V1ScopedResourceSelectorRequirement
{
    /// <summary>The scope, such as <c>PriorityClass</c>.</summary>
    public string? ScopeName { get; set; }

    /// <summary><c>In</c>, <c>NotIn</c>, <c>Exists</c> or <c>DoesNotExist</c>.</summary>
    [JsonPropertyName("operator")]
    public string? OperatorProperty { get; set; }

    /// <summary>What the scope is compared with.</summary>
    public IList<string>? Values { get; set; }
}

/// <summary>A quota's use (core/v1 ResourceQuotaStatus).</summary>
public sealed class V1ResourceQuotaStatus
{
    /// <summary>The limits that are enforced.</summary>
    public IDictionary<string, ResourceQuantity>? Hard { get; set; }

    /// <summary>What counts against them now.</summary>
    public IDictionary<string, ResourceQuantity>? Used { get; set; }
}
