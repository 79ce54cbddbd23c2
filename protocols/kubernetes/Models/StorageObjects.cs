using System.Text.Json.Serialization;

namespace Executor.Kubernetes.Models;

/// <summary>A claim on storage that outlives pods (core/v1 PersistentVolumeClaim).</summary>
public sealed class V1PersistentVolumeClaim : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = "v1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "PersistentVolumeClaim";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>What was asked for.</summary>
    public V1PersistentVolumeClaimSpec? Spec { get; set; }

    /// <summary>What was given.</summary>
    public V1PersistentVolumeClaimStatus? Status { get; set; }
}

/// <summary>A claim's spec (core/v1 PersistentVolumeClaimSpec).</summary>
public sealed class V1PersistentVolumeClaimSpec
{
    /// <summary>Such as <c>ReadWriteOnce</c>; at least one.</summary>
    public IList<string>? AccessModes { get; set; }

    /// <summary>The size, as the request of <c>storage</c>.</summary>
    public V1ResourceRequirements? Resources { get; set; }

    /// <summary>The class; null for the cluster's default one, empty for none.</summary>
    public string? StorageClassName { get; set; }

    /// <summary>The volume, once there is one.</summary>
    public string? VolumeName { get; set; }
}

/// <summary>What was given for a claim (core/v1 PersistentVolumeClaimStatus).</summary>
public sealed class V1PersistentVolumeClaimStatus
{
    /// <summary><c>Pending</c>, <c>Bound</c> or <c>Lost</c>.</summary>
    public string? Phase { get; set; }

    /// <summary>The volume's size, as <c>storage</c>.</summary>
    public IDictionary<string, ResourceQuantity>? Capacity { get; set; }
}

/// <summary>A way of making volumes for claims (storage.k8s.io/v1 StorageClass).</summary>
public sealed class V1StorageClass : IKubernetesObject<V1ObjectMeta>
{
    private const string DefaultAnnotation = "storageclass.kubernetes.io/is-default-class";

    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = "storage.k8s.io/v1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "StorageClass";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>What makes the volumes.</summary>
    public string? Provisioner { get; set; }

    /// <summary><c>Immediate</c>, or <c>WaitForFirstConsumer</c>: a claim stays pending until a pod uses it.</summary>
    public string? VolumeBindingMode { get; set; }

    /// <summary>Whether claims that name no class get this one.</summary>
    [JsonIgnore]
    public bool IsDefault => Metadata.Annotations?.TryGetValue(DefaultAnnotation, out var value) == true && value == "true";
}
