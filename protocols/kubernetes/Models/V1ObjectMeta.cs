using System.Text.Json.Serialization;

namespace Executor.Kubernetes.Models;

/// <summary>Who an object is (meta/v1 ObjectMeta). <c>managedFields</c> is not modelled: it never enters memory.</summary>
public sealed class V1ObjectMeta
{
    /// <summary>Unique within namespace and kind; another object may take it after a deletion.</summary>
    public string? Name { get; set; }

    /// <summary>A prefix that the server completes to a name when <see cref="Name"/> is null.</summary>
    public string? GenerateName { get; set; }

    /// <summary>The namespace; null for cluster-scoped kinds.</summary>
    [JsonPropertyName("namespace")]
    public string? NamespaceProperty { get; set; }

    /// <summary>Unique in time and space; set by the server.</summary>
    public string? Uid { get; set; }

    /// <summary>An opaque version of the whole object, for conditional writes and for watches.</summary>
    public string? ResourceVersion { get; set; }

    /// <summary>Counts changes of the spec.</summary>
    public long? Generation { get; set; }

    /// <summary>UTC, in whole seconds.</summary>
    public DateTime? CreationTimestamp { get; set; }

    /// <summary>Set when deletion was asked for: UTC, the time at which the grace period ends.</summary>
    public DateTime? DeletionTimestamp { get; set; }

    /// <summary>The grace period in seconds that <see cref="DeletionTimestamp"/> includes.</summary>
    public long? DeletionGracePeriodSeconds { get; set; }

    /// <summary>What selectors see; keys and values of at most 63 characters (a key may have a prefix).</summary>
    public IDictionary<string, string>? Labels { get; set; }

    /// <summary>Free text; 256 KiB in all.</summary>
    public IDictionary<string, string>? Annotations { get; set; }

    /// <summary>The objects whose deletion deletes this one, if all of them are gone.</summary>
    public IList<V1OwnerReference>? OwnerReferences { get; set; }

    /// <summary>Who must agree before a deletion comes to pass.</summary>
    public IList<string>? Finalizers { get; set; }
}

/// <summary>An owner in the same namespace, or cluster-scoped (meta/v1 OwnerReference).</summary>
public sealed class V1OwnerReference
{
    /// <summary>Group and version of the owner.</summary>
    public string? ApiVersion { get; set; }

    /// <summary>Kind of the owner.</summary>
    public string? Kind { get; set; }

    /// <summary>Name of the owner.</summary>
    public string? Name { get; set; }

    /// <summary>Must be the owner's own: with another the garbage collector deletes the object as an orphan.</summary>
    public string? Uid { get; set; }

    /// <summary>True for the one owner that manages the object.</summary>
    public bool? Controller { get; set; }

    /// <summary>True when a foreground deletion of the owner waits for this object.</summary>
    public bool? BlockOwnerDeletion { get; set; }
}
