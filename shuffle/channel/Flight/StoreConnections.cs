using System.Security.Cryptography.X509Certificates;
using System.Text;
using Executor.Contracts.Integrity;
using Executor.Flight.Client;
using Executor.Grpc;
using Executor.Grpc.Client;

namespace Executor.Shuffle.Channel.Flight;

/// <summary>Connections to the store pods, made when first needed, and the patience with them. Thread-safe.</summary>
internal sealed class StoreConnections : IDisposable
{
    private readonly Pod[] _pods;

    internal StoreConnections(FlightChannelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Endpoints is not { Count: > 0 })
        {
            throw new ArgumentException("a store has at least one endpoint", nameof(options));
        }

        Options = options;
        var authorities = options.Trust?.ToCertificates();
        var authorization = new FlightClientOptions { AuthorizationProvider = () => "Bearer " + options.Key };
        _pods = [.. options.Endpoints.Select(endpoint =>
        {
            var channel = new Lazy<GrpcChannel>(() => GrpcChannel.ForAddress(
                endpoint.GetLeftPart(UriPartial.Authority), ChannelOptions(options, endpoint, authorities)));
            return new Pod(endpoint, channel, new Lazy<FlightClient>(() => new FlightClient(channel.Value, authorization)));
        })];
    }

    internal FlightChannelOptions Options { get; }

    /// <summary>
    /// The pod for a try of something: the order of pods is that of rendezvous hashing, so that everybody asks the same pod for the same
    /// thing as long as it answers, and each further try goes to the next one.
    /// </summary>
    internal FlightClient For(string key, int attempt) => _pods
        .OrderByDescending(pod => Crc32C.Of(Encoding.UTF8.GetBytes($"{key} {pod.Endpoint}")))
        .ElementAt(attempt % _pods.Length).Client.Value;

    /// <summary>Does something with one pod after the other until it succeeds, fails for good, or the patience is at its end.</summary>
    internal async Task<T> RunAsync<T>(string key, Func<FlightClient, Task<T>> action, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await action(For(key, attempt));
            }
            catch (RpcException failure)
            {
                await PauseAsync(failure, attempt, cancellationToken);
            }
        }
    }

    /// <summary>Waits before the next try.</summary>
    /// <exception cref="ShuffleException">There is none: the failure is final, or this was the last try.</exception>
    internal async Task PauseAsync(RpcException failure, int attempt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var known = ShuffleStatus.FromWire(failure);
        if (!ShuffleStatus.IsTransient(failure) || attempt + 1 >= Options.MaxTries)
        {
            throw known;
        }

        // A second pod is tried at once; only a second round over the pods is worth waiting for.
        var round = (attempt + 1) / _pods.Length;
        var delay = attempt + 1 < _pods.Length
            ? TimeSpan.Zero
            : TimeSpan.FromTicks(Math.Min(Options.MaxDelay.Ticks, Options.FirstDelay.Ticks << Math.Min(round - 1, 20)));
        delay = known.RetryAfter > delay ? known.RetryAfter.Value : delay;
        await Task.Delay(delay < Options.MaxDelay ? delay : Options.MaxDelay, Options.TimeProvider, cancellationToken);
    }

    public void Dispose()
    {
        foreach (var pod in _pods.Where(pod => pod.Channel.IsValueCreated))
        {
            pod.Channel.Value.Dispose();
        }
    }

    private static GrpcChannelOptions ChannelOptions(FlightChannelOptions options, Uri endpoint, X509Certificate2Collection? authorities) => new()
    {
        RootCertificates = authorities,
        ServerName = options.Trust?.ServerName,
        TimeProvider = options.TimeProvider,
        ConnectCallback = options.Connect is { } connect ? cancellationToken => connect(endpoint, cancellationToken) : null,
    };

    // A class: LINQ over value types is code that the runner would have to compile at its start.
    private sealed record Pod(Uri Endpoint, Lazy<GrpcChannel> Channel, Lazy<FlightClient> Client);
}
