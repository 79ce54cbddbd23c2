namespace Executor.Kubernetes.Models;

/// <summary>
/// Anything the API server gives out with a version and a kind. The models here hold the members that Executor uses; others are skipped
/// on reading, so an object in memory is small. Hence an object that was read must not be written back whole unless its kind is modelled
/// in full (Lease, ConfigMap, Secret): use a patch. Members are mutable and not synchronised.
/// </summary>
public interface IKubernetesObject
{
    /// <summary>Group and version, such as <c>batch/v1</c>. Set to the model's own by default, since items of a list come without it.</summary>
    string? ApiVersion { get; set; }

    /// <summary>The kind in CamelCase, such as <c>Job</c>. Set to the model's own by default, since items of a list come without it.</summary>
    string? Kind { get; set; }
}

/// <summary>An object with metadata of a given shape.</summary>
/// <typeparam name="TMetadata"><see cref="V1ObjectMeta"/> for objects, <see cref="V1ListMeta"/> for lists and statuses.</typeparam>
public interface IKubernetesObject<TMetadata> : IKubernetesObject
{
    /// <summary>Never null on what was read.</summary>
    TMetadata Metadata { get; set; }
}
