using System.Text;
using Executor.Hosting;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;

namespace Executor.Cluster;

/// <summary>Finds the namespace's shuffle store, and the way to it: its address from inside the cluster, a port-forward from outside.</summary>
internal static class ClusterStore
{
    /// <summary>The Service that the chart and the trial store have.</summary>
    public const string DefaultService = "executor-store";

    /// <summary>What the Service of the store's pods is called beyond the store's: without an address of its own, its name stands for those of all pods.</summary>
    public const string PodsSuffix = "-pods";

    /// <summary>
    /// The Secret with what clients of the store need: <see cref="KeyName"/> and, if the store speaks TLS, <see cref="StoreCredentials.AuthoritiesName"/>.
    /// </summary>
    public const string KeySecret = "executor-store-key";

    /// <summary>The master key in <see cref="KeySecret"/>.</summary>
    public const string KeyName = "master.key";

    /// <summary>Connects to the store.</summary>
    /// <exception cref="ClusterException">There is no store, or no key; the message says what to do.</exception>
    /// <exception cref="KubernetesException">The server refuses.</exception>
    public static async Task<StoreConnection> ConnectAsync(
        ClusterConnection cluster, ClusterOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(options);
        var credentials = options.StoreKeyFile is { } file
            ? await StoreCredentials.ReadAsync(file, cancellationToken)
            : await ReadSecretAsync(cluster, cancellationToken);
        if (options.Store is { } addresses)
        {
            return StoreConnection.To(
                addresses, credentials.MasterKey, credentials.TrustAt(addresses[0], options.StoreAuthorities, options.StoreServerName));
        }

        var service = await FindServiceAsync(cluster, options.StoreService, cancellationToken);
        var speaksTls = (options.StoreAuthorities ?? credentials.Authorities) is not null;
        var uri = AddressOf(service, cluster.NamespaceName, speaksTls ? Uri.UriSchemeHttps : Uri.UriSchemeHttp);

        // No certificate knows the addresses of the cluster or of a pod.
        var trust = credentials.TrustAt(uri, options.StoreAuthorities, options.StoreServerName ?? NameOf(service, cluster.NamespaceName));
        IReadOnlyList<Uri> all = await FindPodsAsync(cluster, options.StoreService, uri, cancellationToken) is { } pods ? [pods, uri] : [uri];
        return StoreConnection.To(all, credentials.MasterKey, trust, cluster.IsInside ? null : new StorePortForward(cluster, service).ConnectAsync);
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

    /// <summary>The name that stands for all ready pods of the store; null where it has no such Service, as a trial store and older charts.</summary>
    private static async Task<Uri?> FindPodsAsync(ClusterConnection cluster, string service, Uri any, CancellationToken cancellationToken)
    {
        try
        {
            var pods = await cluster.Client.Services(cluster.NamespaceName).ReadAsync(service + PodsSuffix, cancellationToken);
            return pods.Spec is { ClusterIP: "None", Ports: [var port, ..] }
                ? new Uri($"{any.Scheme}://{NameOf(pods, cluster.NamespaceName)}:{port.Port}")
                : null;
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            return null;
        }
    }

    // The cluster's address needs no DNS, and a store's Service keeps it for as long as it stands.
    private static Uri AddressOf(V1Service service, string namespaceName, string scheme)
    {
        var address = service.Spec!.ClusterIP is { Length: > 0 } ip and not "None"
            ? ip.Contains(':', StringComparison.Ordinal) ? $"[{ip}]" : ip
            : NameOf(service, namespaceName);
        return new Uri($"{scheme}://{address}:{service.Spec!.Ports!.First().Port}");
    }

    private static string NameOf(V1Service service, string namespaceName) => $"{service.Metadata.Name}.{namespaceName}.svc";

    private static async Task<StoreCredentials> ReadSecretAsync(ClusterConnection cluster, CancellationToken cancellationToken)
    {
        try
        {
            var secret = await cluster.Client.Secrets(cluster.NamespaceName).ReadAsync(KeySecret, cancellationToken);
            var authorities = secret.Data?.TryGetValue(StoreCredentials.AuthoritiesName, out var certificates) == true ? Encoding.UTF8.GetString(certificates) : null;
            return secret.Data?.TryGetValue(KeyName, out var key) == true
                ? new StoreCredentials(key, authorities)
                : throw new ClusterException($"Secret {KeySecret} in namespace {cluster.NamespaceName} has no key '{KeyName}', expected the store's master key");
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            throw new ClusterException(
                $"namespace {cluster.NamespaceName} has no Secret {KeySecret} with the store's master key; install the chart, or give --store-key-file", refusal);
        }
    }
}
