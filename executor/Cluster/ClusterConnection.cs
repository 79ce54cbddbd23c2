using Executor.Kubernetes.Client;
using Executor.Kubernetes.Config;

namespace Executor.Cluster;

/// <summary>A connection to a cluster, and the namespace to work in.</summary>
internal sealed class ClusterConnection : IDisposable
{
    private ClusterConnection(KubernetesClient client, string namespaceName, bool isInside)
    {
        Client = client;
        NamespaceName = namespaceName;
        IsInside = isInside;
    }

    /// <summary>The client.</summary>
    public KubernetesClient Client { get; }

    /// <summary>The namespace.</summary>
    public string NamespaceName { get; }

    /// <summary>True for a process in a pod of the cluster, which reaches services by their addresses.</summary>
    public bool IsInside { get; }

    /// <summary>
    /// Reads the configuration; nothing is asked of the server. In a pod that is the service account's unless a kubeconfig is named.
    /// Throws <see cref="KubeConfigException"/>.
    /// </summary>
    public static ClusterConnection Open(ClusterOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        var isNamed = options.Kubeconfig is not null || options.Context is not null
            || Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 };
        var isInside = !isNamed && KubernetesClientConfiguration.IsInCluster();
        var configuration = isInside
            ? KubernetesClientConfiguration.InClusterConfig(time)
            : KubernetesClientConfiguration.BuildConfigFromConfigFile(options.Kubeconfig, options.Context, timeProvider: time);
        var client = new KubernetesClient(configuration, new KubernetesClientOptions { TimeProvider = time });
        return new ClusterConnection(client, options.NamespaceName ?? configuration.Namespace, isInside);
    }

    /// <inheritdoc/>
    public void Dispose() => Client.Dispose();
}
