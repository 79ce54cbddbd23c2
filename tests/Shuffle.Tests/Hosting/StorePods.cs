using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Executor.Shuffle.Channel.Flight;
using Shuffle.Tests.Objects.S3;

namespace Shuffle.Tests.Hosting;

/// <summary>What store processes share.</summary>
public enum Backing
{
    Directory,
    Bucket,
}

/// <summary>Several store processes over one folder or one bucket, which are killed or told to end, and started again at their ports.</summary>
internal sealed class StorePods : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestBucket? _bucket;
    private readonly StoreProcess[] _pods;
    private readonly Func<int, Uri, Uri> _endpointOf;

    private StorePods(Backing backing, int count, Func<int, Uri, Uri>? endpointOf)
    {
        _bucket = backing == Backing.Bucket ? new TestBucket() : null;
        _pods = new StoreProcess[count];
        _endpointOf = endpointOf ?? ((_, endpoint) => endpoint);
    }

    /// <summary>The pods that connections were made to, in their order.</summary>
    internal ConcurrentQueue<int> Connected { get; } = [];

    internal string OperatorKey => _pods[0].OperatorKey;

    /// <summary>Starts them.</summary>
    /// <param name="backing">What they share.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="endpointOf">The way of each pod, by its number, to the server of the bucket.</param>
    internal static async Task<StorePods> StartAsync(Backing backing, int count, CancellationToken cancellationToken, Func<int, Uri, Uri>? endpointOf = null)
    {
        var pods = new StorePods(backing, count, endpointOf);
        for (var i = 0; i < count; i++)
        {
            await pods.StartAsync(i, 0, cancellationToken);
        }

        return pods;
    }

    internal void Kill(int pod) => _pods[pod].Kill();

    internal Task<int> TerminateAsync(int pod, CancellationToken cancellationToken) => _pods[pod].TerminateAsync(cancellationToken);

    /// <summary>Starts a pod again that has ended.</summary>
    internal Task RestartAsync(int pod, CancellationToken cancellationToken)
    {
        var port = _pods[pod].Address.Port;
        _pods[pod].Dispose();
        return StartAsync(pod, port, cancellationToken);
    }

    /// <summary>How a client reaches them; <see cref="Connected"/> notes each connection.</summary>
    internal FlightChannelOptions Options() => new()
    {
        Endpoints = [.. _pods.Select(pod => pod.Address)],
        Key = OperatorKey,
        MaxTries = 20,
        FirstDelay = TimeSpan.FromMilliseconds(20),
        MaxDelay = TimeSpan.FromMilliseconds(500),
        Connect = async (endpoint, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, endpoint.Port), cancellationToken);
                Connected.Enqueue(Array.FindIndex(_pods, pod => pod.Address == endpoint));
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var pod in _pods)
        {
            pod?.Dispose();
        }

        await (_bucket?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    private async Task StartAsync(int pod, int port, CancellationToken cancellationToken) => _pods[pod] = await StoreProcess.StartAsync(
        Path.Combine(_folder.Path, "store.key"), port, cancellationToken,
        _bucket is null ? ["--directory", _folder.Path] : _bucket.Flags(_endpointOf(pod, _bucket.Server.Endpoint)));
}
