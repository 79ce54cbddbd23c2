using System.Collections.Concurrent;
using System.Net.Sockets;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Objects.InMemory;

namespace Shuffle.Tests.Channels;

/// <summary>Stores whose addresses lead nowhere, reached by streams that the caller opens.</summary>
public sealed class ConnectTests
{
    private const string Run = "run-1";

    private static readonly Uri First = new("http://store-0.invalid:1");
    private static readonly Uri Second = new("http://store-1.invalid:1");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_is_written_and_read_over_the_callers_streams()
    {
        await using var host = await StartAsync();
        var asked = new ConcurrentBag<Uri>();
        await using var channel = new FlightShuffleChannel(Options(host, (endpoint, cancellationToken) =>
        {
            asked.Add(endpoint);
            return ConnectAsync(host, cancellationToken);
        }));

        await channel.CommitAsync(await SampleData.WriteAsync(channel, SampleData.Writer(Run, 0), 1, [(0, SampleData.Numbers(1))], Token), Token);
        await host.Records.SealAsync(SampleData.SealOf(Run, 1, 0), Token);
        var blocks = 0;
        await foreach (var _ in channel.ReadAsync(new ReadSelection(new SealId(Run, SampleData.Output, 0)), Token))
        {
            blocks++;
        }

        Assert.Equal(1, blocks);
        Assert.NotEmpty(asked);
        Assert.Subset(new HashSet<Uri> { First, Second }, asked.ToHashSet());
    }

    [Fact]
    public async Task A_store_to_which_no_stream_can_be_opened_leaves_the_work_to_the_next_one()
    {
        await using var host = await StartAsync();
        Uri? refused = null;
        await using var records = new FlightRunRecords(Options(host, (endpoint, cancellationToken) =>
        {
            // Which of the two is asked first is the client's choice.
            refused ??= endpoint;
            return endpoint == refused ? throw new InvalidOperationException("no such pod") : ConnectAsync(host, cancellationToken);
        }));

        Assert.Null(await records.CreateAsync(Run, RecordKeys.JournalAt(0), new byte[] { 1 }, Token));
        Assert.NotNull(refused);
    }

    private static Task<ShuffleStoreHost> StartAsync() =>
        ShuffleStoreHost.StartAsync(new ShuffleStoreOptions { ObjectStore = new MemoryObjectStore(), MasterKey = new byte[32] }, Token);

    private static FlightChannelOptions Options(ShuffleStoreHost host, Func<Uri, CancellationToken, ValueTask<Stream>> connect) => new()
    {
        Endpoints = [First, Second],
        Key = host.OperatorKey,
        FirstDelay = TimeSpan.FromMilliseconds(1),
        Connect = connect,
    };

    private static async ValueTask<Stream> ConnectAsync(ShuffleStoreHost host, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(host.Address.Host, host.Address.Port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
