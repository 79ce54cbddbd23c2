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
        Address = host.Address;
        Channel = host.Channel;
        Records = host.Records;
    }

    private StoreConnection(Uri address, StoreKeys keys, StoreTrust? trust, Func<Uri, CancellationToken, ValueTask<Stream>>? connect)
    {
        _runKeyOf = keys.RunKeyOf;
        Address = address;
        Trust = trust;
        var options = new FlightChannelOptions { Endpoints = [address], Key = keys.OperatorKey, Trust = trust, Connect = connect };
        Channel = new FlightShuffleChannel(options);
        Records = new FlightRunRecords(options);
    }

    /// <summary>Where tasks reach it.</summary>
    public Uri Address { get; }

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
        if (address.Uri is { } uri)
        {
            var credentials = await StoreCredentials.ReadAsync(address.KeyFile!, cancellationToken);
            return To(uri, credentials.MasterKey, credentials.TrustAt(uri, address.Authorities, address.ServerName));
        }

        var options = new ShuffleStoreOptions { Directory = state.Store, KeyFile = state.KeyFile };
        return new StoreConnection(await ShuffleStoreHost.StartAsync(options, cancellationToken));
    }

    /// <summary>Makes a client of a store that runs elsewhere; it is not tried before it is used. Throws <see cref="ArgumentException"/> for an unusable key, and
    /// for authorities that are none.</summary>
    /// <param name="address">Where tasks reach it.</param>
    /// <param name="masterKey">Its master key.</param>
    /// <param name="trust">Whom to take for it; null for whomever the system vouches for.</param>
    /// <param name="connect">How this process reaches it where that is not by the address itself.</param>
    public static StoreConnection To(
        Uri address, byte[] masterKey, StoreTrust? trust = null, Func<Uri, CancellationToken, ValueTask<Stream>>? connect = null) =>
        new(address, new StoreKeys(masterKey), trust, connect);

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
