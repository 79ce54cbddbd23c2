using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Security;

namespace Executor.Hosting;

/// <summary>
/// The shuffle store as the executor sees it: the embedded one, started inside this process and reachable by tasks on a loopback port, or one
/// that runs elsewhere.
/// </summary>
internal sealed class StoreConnection : IAsyncDisposable
{
    private readonly ShuffleStoreHost? _host;
    private readonly Func<string, string> _runKeyOf;

    private StoreConnection(ShuffleStoreHost host)
    {
        _host = host;
        _runKeyOf = host.RunKeyOf;
        Addresses = [host.Address];
        Channel = host.Channel;
        Records = host.Records;
    }

    private StoreConnection(
        IReadOnlyList<Uri> addresses, StoreKeys keys, StoreTrust? trust, Func<Uri, CancellationToken, ValueTask<Stream>>? connect)
    {
        _runKeyOf = keys.RunKeyOf;
        Addresses = addresses;
        Trust = trust;

        // Streams that are opened for this process lead to any pod, whatever address is named.
        var channel = new FlightShuffleChannel(new FlightChannelOptions
        {
            Endpoints = connect is null ? addresses : [addresses[^1]],
            Key = keys.OperatorKey,
            Trust = trust,
            Connect = connect,
        });
        Channel = channel;
        Records = new FlightRunRecords(channel);
    }

    /// <summary>Where tasks reach it; at least one, and the last one leads to any of its pods.</summary>
    public IReadOnlyList<Uri> Addresses { get; }

    /// <summary>Whom tasks take for it; null for whomever their system vouches for, and where no TLS is spoken.</summary>
    public StoreTrust? Trust { get; }

    public IShuffleChannel Channel { get; }

    public IRunRecords Records { get; }

    /// <summary>
    /// Starts the embedded store on the state folder, or makes a client of another. Throws <see cref="IOException"/>,
    /// <see cref="UnauthorizedAccessException"/>, <see cref="ArgumentException"/> or <see cref="ShuffleException"/>; a store that runs elsewhere is not
    /// tried before it is used.
    /// </summary>
    public static async Task<StoreConnection> OpenAsync(StoreAddress address, StateDirectory state, CancellationToken cancellationToken)
    {
        if (address.Uris.Count > 0)
        {
            var credentials = await StoreCredentials.ReadAsync(address.KeyFile!, cancellationToken);
            return To(address.Uris, credentials.MasterKey, credentials.TrustAt(address.Uris[0], address.Authorities, address.ServerName));
        }

        var options = new ShuffleStoreOptions { Directory = state.Store, KeyFile = state.KeyFile };
        return new StoreConnection(await ShuffleStoreHost.StartAsync(options, cancellationToken));
    }

    /// <summary>Makes a client of a store that runs elsewhere; it is not tried before it is used. Throws <see cref="ArgumentException"/> for an unusable key, and
    /// for authorities that are none.</summary>
    /// <param name="addresses">Where tasks reach it; at least one.</param>
    /// <param name="masterKey">Its master key.</param>
    /// <param name="trust">Whom to take for it; null for whomever the system vouches for.</param>
    /// <param name="connect">How this process reaches it where that is not by the address itself.</param>
    public static StoreConnection To(
        IReadOnlyList<Uri> addresses, byte[] masterKey, StoreTrust? trust = null, Func<Uri, CancellationToken, ValueTask<Stream>>? connect = null) =>
        new(addresses, new StoreKeys(masterKey), trust, connect);

    /// <summary>True for what <see cref="OpenAsync"/> and the connection throw when the store cannot be used.</summary>
    public static bool IsUnavailable(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or ShuffleException or ObjectStoreException or ArgumentException;

    /// <summary>The key that a run's tasks are given.</summary>
    public string RunKeyOf(string run) => _runKeyOf(run);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Channel.DisposeAsync();
        await Records.DisposeAsync();
        await (_host?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
