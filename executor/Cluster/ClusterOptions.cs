namespace Executor.Cluster;

/// <summary>Which cluster and namespace, which images, which store.</summary>
internal sealed record ClusterOptions
{
    /// <summary>The kubeconfig; null for kubectl's rules, or in a pod for its service account.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The kubeconfig's context; null for its current one.</summary>
    public string? Context { get; init; }

    /// <summary>The namespace of everything; null for the context's, or the pod's own.</summary>
    public string? NamespaceName { get; init; }

    /// <summary>The images.</summary>
    public required ClusterImages Images { get; init; }

    /// <summary>Requests and limits of a driver's pod: a quantity of CPU.</summary>
    public string DriverCpu { get; init; } = "500m";

    /// <summary>Requests and limits of a driver's pod: a quantity of memory.</summary>
    public string DriverMemory { get; init; } = "512Mi";

    /// <summary>The store's Service.</summary>
    public string StoreService { get; init; } = ClusterStore.DefaultService;

    /// <summary>The store's addresses inside the cluster, at least one; null to find them by <see cref="StoreService"/>.</summary>
    public IReadOnlyList<Uri>? Store { get; init; }

    /// <summary>A file with the store's master key; null to read it from the store's Secret.</summary>
    public string? StoreKeyFile { get; init; }

    /// <summary>The authorities, in PEM, that the store's certificate must come from; null for those that its Secret has, or that lie beside the key file.</summary>
    public string? StoreAuthorities { get; init; }

    /// <summary>The name that the store's certificate is for; null for that of its Service in the cluster, or for the host of a <see cref="Store"/>.</summary>
    public string? StoreServerName { get; init; }
}
