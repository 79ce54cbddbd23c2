using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Executor.Kubernetes.Models;

/// <summary>Reads and writes the models as the API's JSON: unknown members are skipped, null members are not written. Thread-safe.</summary>
public static class KubernetesJson
{
    /// <summary>The models' contracts, for a resolver chain or for custom resources that contain them.</summary>
    public static IJsonTypeInfoResolver TypeInfoResolver => KubernetesJsonContext.Default;

    /// <summary>Reads one object.</summary>
    /// <exception cref="JsonException">The bytes are not JSON, or a member that is modelled is of another type.</exception>
    public static T Deserialize<T>(ReadOnlySpan<byte> utf8Json, KubernetesResource<T> resource)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ArgumentNullException.ThrowIfNull(resource);
        return JsonSerializer.Deserialize(utf8Json, resource.TypeInfo) ?? throw new JsonException("found null, expected an object");
    }

    /// <summary>Writes one object as a tree that can be changed before it is sent.</summary>
    public static JsonObject ToJsonObject<T>(T value, KubernetesResource<T> resource)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ArgumentNullException.ThrowIfNull(resource);
        return JsonSerializer.SerializeToNode(value, resource.TypeInfo)!.AsObject();
    }
}

/// <summary>The contracts of all models, generated at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(V1Status))]
[JsonSerializable(typeof(V1DeleteOptions))]
[JsonSerializable(typeof(V1Eviction))]
[JsonSerializable(typeof(V1SelfSubjectAccessReview))]
[JsonSerializable(typeof(VersionInfo))]
[JsonSerializable(typeof(V1APIGroupList))]
[JsonSerializable(typeof(V1Scale))]
[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(KubernetesList<KubernetesObject>))]
[JsonSerializable(typeof(KubernetesList<V1Pod>))]
[JsonSerializable(typeof(KubernetesList<V1Job>))]
[JsonSerializable(typeof(KubernetesList<V1ConfigMap>))]
[JsonSerializable(typeof(KubernetesList<V1Secret>))]
[JsonSerializable(typeof(KubernetesList<V1Service>))]
[JsonSerializable(typeof(KubernetesList<V1ResourceQuota>))]
[JsonSerializable(typeof(KubernetesList<Corev1Event>))]
[JsonSerializable(typeof(KubernetesList<V1Namespace>))]
[JsonSerializable(typeof(KubernetesList<V1Node>))]
[JsonSerializable(typeof(KubernetesList<V1Lease>))]
[JsonSerializable(typeof(KubernetesList<V1PersistentVolumeClaim>))]
[JsonSerializable(typeof(KubernetesList<V1StorageClass>))]
[JsonSerializable(typeof(KubernetesList<V1LimitRange>))]
[JsonSerializable(typeof(KubernetesList<V1Deployment>))]
[JsonSerializable(typeof(KubernetesList<PodMetrics>))]
[JsonSerializable(typeof(NodeSummary))]
internal sealed partial class KubernetesJsonContext : JsonSerializerContext;
