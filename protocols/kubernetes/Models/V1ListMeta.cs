using System.Text.Json.Serialization;

namespace Executor.Kubernetes.Models;

/// <summary>What a list says of itself (meta/v1 ListMeta).</summary>
public sealed class V1ListMeta
{
    /// <summary>The version of the collection that the list shows; a watch continues from here.</summary>
    public string? ResourceVersion { get; set; }

    /// <summary>Asks for the next page; null or empty on the last one. It expires after minutes (410).</summary>
    [JsonPropertyName("continue")]
    public string? ContinueProperty { get; set; }

    /// <summary>How many objects follow after this page; null when the server does not know.</summary>
    public long? RemainingItemCount { get; set; }
}

/// <summary>A page of a list, or all of it.</summary>
/// <typeparam name="T">What is listed.</typeparam>
public sealed class KubernetesList<T> : IKubernetesObject<V1ListMeta>
{
    private IList<T>? _items;

    /// <inheritdoc/>
    public string? ApiVersion { get; set; }

    /// <inheritdoc/>
    public string? Kind { get; set; }

    /// <inheritdoc/>
    public V1ListMeta Metadata { get; set; } = new();

    /// <summary>The objects, in the order of their namespaces and names. Never null, though a server may write <c>null</c>.</summary>
    public IList<T> Items
    {
        get => _items ??= [];
        set => _items = value;
    }
}
