using Executor.TestKit.Kubernetes;

[assembly: AssemblyFixture(typeof(Cluster.Tests.Harness.SharedInstallation))]

namespace Cluster.Tests.Harness;

/// <summary>The installation that all tests share which leave its store alone; made when the first of them asks for it. Its store keeps everything in a bucket of S3.</summary>
public sealed class SharedInstallation : IAsyncDisposable
{
    private readonly SemaphoreSlim _making = new(1);
    private RealCluster? _cluster;
    private ClusterBucket? _bucket;
    private Installation? _installation;

    /// <summary>The installation. Where there is no cluster, the calling test is skipped, or fails if parts are required.</summary>
    public async Task<Installation> GetAsync(CancellationToken cancellationToken)
    {
        await _making.WaitAsync(cancellationToken);
        try
        {
            _cluster ??= await RealCluster.ConnectAsync(cancellationToken);
            _bucket ??= await ClusterBucket.OpenAsync(_cluster);
            return _installation ??= await Installation.InstallAsync(_cluster, cancellationToken, bucket: _bucket);
        }
        finally
        {
            _making.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_installation is { } installation)
        {
            await installation.DisposeAsync();
        }

        await (_bucket?.DisposeAsync() ?? ValueTask.CompletedTask);
        _cluster?.Dispose();
        _making.Dispose();
    }
}
