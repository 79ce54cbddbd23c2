using System.Security.Cryptography.X509Certificates;
using Executor.Flight.Client;
using Executor.Grpc;
using Executor.Grpc.Client;

namespace Executor.Shuffle.Channel.Flight;

/// <summary>Connections to the store's pods, made when first needed, and what is known of the pods. Thread-safe.</summary>
internal sealed class StoreConnections : IDisposable
{
    private readonly PodDiscovery _discovery;

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
        _discovery = new PodDiscovery(options, (place, endpoint) => new StorePod(
            place,
            () => GrpcChannel.ForAddress(place.GetLeftPart(UriPartial.Authority), ChannelOptions(options, place, endpoint, authorities)),
            authorization,
            options.ConnectTimeout + options.HandshakeTimeout,
            options.TimeProvider));
    }

    internal FlightChannelOptions Options { get; }

    /// <summary>The pods as far as they are known by now.</summary>
    internal PodSet Known => _discovery.Current;

    /// <summary>The pods, once the look for them that is under way has ended.</summary>
    internal Task<PodSet> LookAsync(CancellationToken cancellationToken) => _discovery.LookAsync(cancellationToken);

    /// <summary>Has the pods looked for again, unless that was done a moment ago.</summary>
    internal void NoteFailure() => _discovery.NoteFailure();

    /// <summary>Does something with one pod after the other until it succeeds, fails for good, or the patience is at its end.</summary>
    internal async Task<T> RunAsync<T>(string key, Func<FlightClient, Task<T>> action, CancellationToken cancellationToken)
    {
        var route = new StoreRoute(this, key);
        while (true)
        {
            try
            {
                var result = await action(route.Next());
                route.Answered();
                return result;
            }
            catch (RpcException failure)
            {
                await route.FailedAsync(failure, cancellationToken);
            }
        }
    }

    public void Dispose() => _discovery.Dispose();

    private static GrpcChannelOptions ChannelOptions(
        FlightChannelOptions options, Uri place, Uri endpoint, X509Certificate2Collection? authorities) => new()
        {
            RootCertificates = authorities,
            ServerName = options.Trust?.ServerName ?? (place == endpoint ? null : endpoint.IdnHost),
            SocketTimeout = options.ConnectTimeout,
            ConnectTimeout = options.HandshakeTimeout,
            TimeProvider = options.TimeProvider,
            ConnectCallback = options.Connect is { } connect ? cancellationToken => connect(endpoint, cancellationToken) : null,
        };
}
