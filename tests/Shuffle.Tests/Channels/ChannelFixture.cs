using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Objects.InMemory;

namespace Shuffle.Tests.Channels;

/// <summary>The ways to a store that the conformance suite runs over.</summary>
public enum ChannelKind
{
    InProcess,
    Flight,
}

/// <summary>A store over objects in memory, and a channel and records of the asked-for kind to it.</summary>
internal sealed class ChannelFixture : IAsyncDisposable
{
    private ChannelFixture(ShuffleStoreHost host, IObjectStore objects, IShuffleChannel channel, IRunRecords records) =>
        (Host, Objects, Channel, Records) = (host, objects, channel, records);

    internal ShuffleStoreHost Host { get; }

    internal IObjectStore Objects { get; }

    internal IShuffleChannel Channel { get; }

    internal IRunRecords Records { get; }

    /// <summary>All kinds, or the one that the environment variable EXECUTOR_CHANNEL names.</summary>
    internal static TheoryData<ChannelKind> Kinds()
    {
        var wanted = Environment.GetEnvironmentVariable("EXECUTOR_CHANNEL");
        return [.. Enum.GetValues<ChannelKind>().Where(kind => string.IsNullOrEmpty(wanted) || kind.ToString().Equals(wanted, StringComparison.OrdinalIgnoreCase))];
    }

    internal static async Task<ChannelFixture> StartAsync(
        ChannelKind kind, CancellationToken cancellationToken, IObjectStore? objects = null, ShuffleStoreOptions? options = null)
    {
        objects ??= new MemoryObjectStore();
        var host = await ShuffleStoreHost.StartAsync((options ?? new ShuffleStoreOptions()) with { ObjectStore = objects }, cancellationToken);
        if (kind == ChannelKind.InProcess)
        {
            return new ChannelFixture(host, objects, host.Channel, host.Records);
        }

        var client = new FlightChannelOptions { Endpoints = [host.Address], Key = host.OperatorKey };
        return new ChannelFixture(host, objects, new FlightShuffleChannel(client), new FlightRunRecords(client));
    }

    public async ValueTask DisposeAsync()
    {
        await Channel.DisposeAsync();
        await Records.DisposeAsync();
        await Host.DisposeAsync();
    }
}
