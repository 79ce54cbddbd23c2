using Executor.Hosting;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;

namespace Executor.Cluster;

/// <summary>Finds the namespace's shuffle store, and the way to it: its address from inside the cluster, a port-forward from outside.</summary>
internal static class ClusterStore
{
    /// <summary>The Service that the chart and the trial store have.</summary>
    public const string DefaultService = "executor-store";

    /// <summary>The Secret with the master key, and the key in it.</summary>
    public const string KeySecret = "executor-store-key";

    /// <summary>The key of <see cref="KeySecret"/>.</summary>
    public const string KeyName = "master.key";

    /// <summary>Connects to the store.</summary>
    /// <exception cref="ClusterException">There is no store, or no key; the message says what to do.</exception>
    /// <exception cref="KubernetesException">The server refuses.</exception>
    public static async Task<StoreConnection> ConnectAsync(
        ClusterConnection cluster, ClusterOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(options);
        var key = options.StoreKeyFile is { } file
            ? await File.ReadAllBytesAsync(file, cancellationToken)
            : await ReadKeyAsync(cluster, cancellationToken);
        if (options.Store is { } address)
        {
            return StoreConnection.To(address, key);
        }

        var service = await FindServiceAsync(cluster, options.StoreService, cancellationToken);
        var port = service.Spec!.Ports!.First().Port;
        var uri = AddressOf(service, cluster.NamespaceName, port);
        return cluster.IsInside
            ? StoreConnection.To(uri, key)
            : StoreConnection.To(uri, key, new StorePortForward(cluster, service).ConnectAsync);
    }

    /// <summary>True if the namespace has the store's Service.</summary>
    public static async Task<bool> IsThereAsync(ClusterConnection cluster, string service, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        try
        {
            await cluster.Client.Services(cluster.NamespaceName).ReadAsync(service, cancellationToken);
            return true;
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            return false;
        }
    }

    private static async Task<V1Service> FindServiceAsync(ClusterConnection cluster, string name, CancellationToken cancellationToken)
    {
        try
        {
            var service = await cluster.Client.Services(cluster.NamespaceName).ReadAsync(name, cancellationToken);
            return service.Spec?.Ports is { Count: > 0 }
                ? service
                : throw new ClusterException($"Service {name} in namespace {cluster.NamespaceName} has no port, expected the shuffle store's");
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            throw new ClusterException(
                $"namespace {cluster.NamespaceName} has no shuffle store (Service {name}); install the chart, name one with --store, or let `executor run` start one",
                refusal);
        }
    }

    // The cluster's address needs no DNS, and a store's Service keeps it for as long as it stands.
    private static Uri AddressOf(V1Service service, string namespaceName, int port)
    {
        var address = service.Spec!.ClusterIP is { Length: > 0 } ip and not "None"
            ? ip.Contains(':', StringComparison.Ordinal) ? $"[{ip}]" : ip
            : $"{service.Metadata.Name}.{namespaceName}.svc";
        return new Uri($"http://{address}:{port}");
    }

    private static async Task<byte[]> ReadKeyAsync(ClusterConnection cluster, CancellationToken cancellationToken)
    {
        try
        {
            var secret = await cluster.Client.Secrets(cluster.NamespaceName).ReadAsync(KeySecret, cancellationToken);
            return secret.Data?.TryGetValue(KeyName, out var key) == true
                ? key
                : throw new ClusterException($"Secret {KeySecret} in namespace {cluster.NamespaceName} has no key '{KeyName}', expected the store's master key");
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            throw new ClusterException(
                $"namespace {cluster.NamespaceName} has no Secret {KeySecret} with the store's master key; install the chart, or give --store-key-file", refusal);
        }
    }
}
