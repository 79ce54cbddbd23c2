namespace Executor.Kubernetes.Models;

/// <summary>The API groups of a server (meta/v1 APIGroupList).</summary>
public sealed class V1APIGroupList
{
    private IList<V1APIGroup>? _groups;

    /// <summary>Never null.</summary>
    public IList<V1APIGroup> Groups
    {
        get => _groups ??= [];
        set => _groups = value;
    }

    /// <summary>Whether the server has a group, in a version or in any. It may have it without every kind of it.</summary>
    public bool Has(string group, string? version = null) => Groups.Any(
        found => found.Name == group && (version is null || found.Versions?.Any(entry => entry.Version == version) == true));
}

/// <summary>One API group (meta/v1 APIGroup).</summary>
public sealed class V1APIGroup
{
    /// <summary>The name, such as <c>batch</c>.</summary>
    public string? Name { get; set; }

    /// <summary>The versions, the preferred ones first.</summary>
    public IList<V1GroupVersionForDiscovery>? Versions { get; set; }

    /// <summary>The version that the server stores or would use.</summary>
    public V1GroupVersionForDiscovery? PreferredVersion { get; set; }
}

/// <summary>One version of a group (meta/v1 GroupVersionForDiscovery).</summary>
public sealed class V1GroupVersionForDiscovery
{
    /// <summary>Both, such as <c>batch/v1</c>.</summary>
    public string? GroupVersion { get; set; }

    /// <summary>The version alone.</summary>
    public string? Version { get; set; }
}
