using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Executor.Kubernetes.Models;

/// <summary>Where a kind is served, and how it is read and written. Immutable.</summary>
/// <typeparam name="T">The kind's model.</typeparam>
public sealed class KubernetesResource<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>A kind; those of <see cref="KubernetesResources"/> need no other, custom resources do.</summary>
    /// <param name="group">The API group; empty for core.</param>
    /// <param name="version">The version, such as <c>v1</c>.</param>
    /// <param name="plural">The plural in lower case, as in paths.</param>
    /// <param name="isNamespaced">False for cluster-scoped kinds.</param>
    /// <param name="typeInfo">Reads and writes one object.</param>
    /// <param name="listTypeInfo">Reads a list.</param>
    public KubernetesResource(
        string group,
        string version,
        string plural,
        bool isNamespaced,
        JsonTypeInfo<T> typeInfo,
        JsonTypeInfo<KubernetesList<T>> listTypeInfo)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentException.ThrowIfNullOrEmpty(version);
        ArgumentException.ThrowIfNullOrEmpty(plural);
        Group = group;
        Version = version;
        Plural = plural;
        IsNamespaced = isNamespaced;
        TypeInfo = typeInfo;
        ListTypeInfo = listTypeInfo;
    }

    /// <summary>The API group; empty for core.</summary>
    public string Group { get; }

    /// <summary>The version.</summary>
    public string Version { get; }

    /// <summary>The plural in lower case.</summary>
    public string Plural { get; }

    /// <summary>False for cluster-scoped kinds.</summary>
    public bool IsNamespaced { get; }

    /// <summary>Reads and writes one object.</summary>
    public JsonTypeInfo<T> TypeInfo { get; }

    /// <summary>Reads a list.</summary>
    public JsonTypeInfo<KubernetesList<T>> ListTypeInfo { get; }

    /// <summary>
    /// The same kind, of which some members are skipped when it is read: they take neither time nor memory. No object that was read so is
    /// fit for a replace, which would take the members away.
    /// </summary>
    /// <param name="members">Members by the model that has them and their name in JSON.</param>
    /// <exception cref="ArgumentException">A model has no such member.</exception>
    public KubernetesResource<T> Skipping(params (Type Model, string Member)[] members)
    {
        ArgumentNullException.ThrowIfNull(members);
        var options = new JsonSerializerOptions(TypeInfo.Options)
        {
            TypeInfoResolver = TypeInfo.Options.TypeInfoResolver!.WithAddedModifier(model =>
            {
                foreach (var (_, name) in members.Where(member => member.Model == model.Type))
                {
                    var skipped = model.Properties.FirstOrDefault(property => property.Name == name)
                        ?? throw new ArgumentException($"{model.Type.Name} has no member '{name}'", nameof(members));
                    model.Properties.Remove(skipped);
                }
            }),
        };
        foreach (var (model, _) in members)
        {
            // Else a mistake would be told with the first object that is read.
            options.GetTypeInfo(model);
        }

        return new KubernetesResource<T>(
            Group,
            Version,
            Plural,
            IsNamespaced,
            (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)),
            (JsonTypeInfo<KubernetesList<T>>)options.GetTypeInfo(typeof(KubernetesList<T>)));
    }

    /// <summary>The plural with its group, such as <c>jobs.batch</c>.</summary>
    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}

/// <summary>The kinds that are modelled here.</summary>
public static class KubernetesResources
{
    private static KubernetesJsonContext Json => KubernetesJsonContext.Default;

    /// <summary>A kind without a model of its own, of which only the metadata is read.</summary>
    public static KubernetesResource<KubernetesObject> Untyped(string group, string version, string plural, bool isNamespaced = true) =>
        new(group, version, plural, isNamespaced, Json.KubernetesObject, Json.KubernetesListKubernetesObject);

    /// <summary>core/v1 pods.</summary>
    public static KubernetesResource<V1Pod> Pods { get; } = new("", "v1", "pods", true, Json.V1Pod, Json.KubernetesListV1Pod);

    /// <summary>batch/v1 jobs.</summary>
    public static KubernetesResource<V1Job> Jobs { get; } = new("batch", "v1", "jobs", true, Json.V1Job, Json.KubernetesListV1Job);

    /// <summary>core/v1 config maps.</summary>
    public static KubernetesResource<V1ConfigMap> ConfigMaps { get; } =
        new("", "v1", "configmaps", true, Json.V1ConfigMap, Json.KubernetesListV1ConfigMap);

    /// <summary>core/v1 secrets.</summary>
    public static KubernetesResource<V1Secret> Secrets { get; } = new("", "v1", "secrets", true, Json.V1Secret, Json.KubernetesListV1Secret);

    /// <summary>core/v1 services.</summary>
    public static KubernetesResource<V1Service> Services { get; } =
        new("", "v1", "services", true, Json.V1Service, Json.KubernetesListV1Service);

    /// <summary>core/v1 resource quotas.</summary>
    public static KubernetesResource<V1ResourceQuota> ResourceQuotas { get; } =
        new("", "v1", "resourcequotas", true, Json.V1ResourceQuota, Json.KubernetesListV1ResourceQuota);

    /// <summary>core/v1 events.</summary>
    public static KubernetesResource<Corev1Event> Events { get; } =
        new("", "v1", "events", true, Json.Corev1Event, Json.KubernetesListCorev1Event);

    /// <summary>core/v1 namespaces; cluster-scoped.</summary>
    public static KubernetesResource<V1Namespace> Namespaces { get; } =
        new("", "v1", "namespaces", false, Json.V1Namespace, Json.KubernetesListV1Namespace);

    /// <summary>core/v1 nodes; cluster-scoped.</summary>
    public static KubernetesResource<V1Node> Nodes { get; } = new("", "v1", "nodes", false, Json.V1Node, Json.KubernetesListV1Node);

    /// <summary>coordination.k8s.io/v1 leases.</summary>
    public static KubernetesResource<V1Lease> Leases { get; } =
        new("coordination.k8s.io", "v1", "leases", true, Json.V1Lease, Json.KubernetesListV1Lease);

    /// <summary>core/v1 persistent volume claims.</summary>
    public static KubernetesResource<V1PersistentVolumeClaim> PersistentVolumeClaims { get; } =
        new("", "v1", "persistentvolumeclaims", true, Json.V1PersistentVolumeClaim, Json.KubernetesListV1PersistentVolumeClaim);

    /// <summary>storage.k8s.io/v1 storage classes; cluster-scoped.</summary>
    public static KubernetesResource<V1StorageClass> StorageClasses { get; } =
        new("storage.k8s.io", "v1", "storageclasses", false, Json.V1StorageClass, Json.KubernetesListV1StorageClass);

    /// <summary>core/v1 limit ranges.</summary>
    public static KubernetesResource<V1LimitRange> LimitRanges { get; } =
        new("", "v1", "limitranges", true, Json.V1LimitRange, Json.KubernetesListV1LimitRange);

    /// <summary>apps/v1 deployments.</summary>
    public static KubernetesResource<V1Deployment> Deployments { get; } =
        new("apps", "v1", "deployments", true, Json.V1Deployment, Json.KubernetesListV1Deployment);

    /// <summary>metrics.k8s.io/v1beta1 pods: read only, and served only where a metrics server is installed.</summary>
    public static KubernetesResource<PodMetrics> PodMetrics { get; } =
        new("metrics.k8s.io", "v1beta1", "pods", true, Json.PodMetrics, Json.KubernetesListPodMetrics);
}
