using Executor.TestKit.Kubernetes;
using Executor.TestKit.S3;

namespace Cluster.Tests.Harness;

/// <summary>
/// The tests' S3 server as the cluster's pods reach it. The lab's listens on this machine alone: pods reach it through a proxy on the machine's address in the lab's
/// network, which lets requests go wrong if asked to.
/// </summary>
public sealed class ClusterBucket : IAsyncDisposable
{
    private ClusterBucket(S3Server server, FaultProxy? proxy) => (Server, Proxy) = (server, proxy);

    /// <summary>The server, as this machine reaches it.</summary>
    public S3Server Server { get; }

    /// <summary>What lies between; null for a server that pods reach by themselves.</summary>
    public FaultProxy? Proxy { get; }

    /// <summary>Where pods find it.</summary>
    public Uri Endpoint => Proxy?.Address ?? Server.Endpoint;

    /// <summary>Finds the server. Where there is none that pods can reach, the calling test is skipped, or fails if parts are required.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="plan">What to do to each request, where there is a proxy; nothing if null.</param>
    public static async Task<ClusterBucket> OpenAsync(RealCluster cluster, Func<ProxiedRequest, ProxyFault?>? plan = null)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var server = S3Server.Locate();
        if (!server.Endpoint.IsLoopback)
        {
            return new ClusterBucket(server, null);
        }

        Assert.SkipUnless(cluster.IsLab, "the S3 server listens on this machine alone, and the cluster is elsewhere: set S3_ENDPOINT to a server that its pods reach");
        return new ClusterBucket(
            server, await FaultProxy.StartAsync(server.Endpoint, request => ValueTask.FromResult(plan?.Invoke(request)), listen: cluster.HostAddress));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Proxy?.DisposeAsync() ?? ValueTask.CompletedTask;
}
