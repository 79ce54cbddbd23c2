using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Executor.Kubernetes.Models;

namespace Executor.TestKit.Kubernetes;

/// <summary>An object of a kind that has no model: roles, service accounts, whatever a test needs around the product.</summary>
public sealed class UntypedObject : IKubernetesObject<V1ObjectMeta>
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        TypeInfoResolver = JsonTypeInfoResolver.Combine(KubernetesJson.TypeInfoResolver, new DefaultJsonTypeInfoResolver()),
    };

    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>Everything else.</summary>
    [JsonExtensionData]
    public JsonObject? Members { get; set; }

    /// <summary>Where a kind is served.</summary>
    public static KubernetesResource<UntypedObject> Resource(string group, string version, string plural, bool isNamespaced = true) => new(
        group,
        version,
        plural,
        isNamespaced,
        (JsonTypeInfo<UntypedObject>)Json.GetTypeInfo(typeof(UntypedObject)),
        (JsonTypeInfo<KubernetesList<UntypedObject>>)Json.GetTypeInfo(typeof(KubernetesList<UntypedObject>)));
}
