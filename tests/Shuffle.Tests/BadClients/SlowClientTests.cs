using System.Buffers;
using System.Net;
using System.Text.Json;
using Executor.Flight;
using Executor.Flight.Client;
using Executor.Grpc;
using Executor.Grpc.Client;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Ingest;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Serving;
using Executor.TestKit;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.BadClients;

/// <summary>Clients that hold memory and do not go on: those that wait for it are served all the same, and the slow ones lose nothing.</summary>
public sealed class SlowClientTests
{
    private const string Run = "run";
    private const int Blocks = 60;
    private const int SlowReaders = 48;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Readers_that_take_nothing_are_let_go_once_others_wait_and_go_on_where_they_were()
    {
        await using var host = await StartAsync(TimeSpan.FromMilliseconds(300));
        var payload = SampleData.Numbers(new Random(1), 60_000);
        await host.Channel.CommitAsync(
            await SampleData.WriteAsync(host.Channel, SampleData.Writer(Run, 0), 1, Enumerable.Repeat((0, payload), Blocks), Token), Token);
        await host.Records.SealAsync(SampleData.SealOf(Run, 1, 0), Token);

        // Each holds a read that is being sent and one ahead, all together more than there is.
        var slow = Enumerable.Range(0, SlowReaders).Select(_ => new SlowReader(host)).ToList();
        await Task.WhenAll(slow.Select(reader => reader.BeginAsync()));
        await Poll.UntilAsync(() => host.Engine.Reader.Budget.IsContended, TimeSpan.FromSeconds(30), () => "slow readers to take up the memory", Token);

        await using (var good = new FlightShuffleChannel(new FlightChannelOptions { Endpoints = [host.Address], Key = host.OperatorKey }))
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
            limit.CancelAfter(TimeSpan.FromSeconds(60));
            var count = 0;
            await foreach (var block in good.ReadAsync(new ReadSelection(new SealId(Run, SampleData.Output, 0)), limit.Token))
            {
                count++;
            }

            Assert.Equal(Blocks, count);
        }

        Assert.InRange(host.Engine.Reader.Budget.HighWater, 1, host.Engine.Reader.Budget.Capacity);
        foreach (var reader in slow)
        {
            await reader.EndAsync(Blocks, payload);
            reader.Dispose();
        }

        Assert.Contains(slow, reader => reader.WasLetGo);
        await GoodClient.WorksAsync(host, Token);
    }

    [Fact]
    public async Task Writers_that_announce_a_message_and_do_not_send_it_are_let_go_once_others_wait()
    {
        await using var host = await StartAsync(TimeSpan.FromMilliseconds(300));
        var first = FlightBytes.Framed(FlightBytes.First(
            JsonSerializer.SerializeToUtf8Bytes(SampleData.Target(SampleData.Writer(Run, 0), 1), ShuffleJson.Default.WriteTarget),
            BlockMessages.Split(new ReadOnlySequence<byte>(SampleData.Schema()))[0].Header.ToArray()));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var slow = Enumerable.Range(0, 6).Select(_ => RawCall.SendAsync(
            host.Address, host.OperatorKey, "DoPut", new StalledContent([.. first, .. FlightBytes.Framed(new byte[100], length: 20 << 20)]), end.Token)).ToList();
        await Poll.UntilAsync(() => host.Receiving.Budget.IsContended, TimeSpan.FromSeconds(30), () => "slow writers to take up the memory", Token);

        await using var channel = new FlightShuffleChannel(new FlightChannelOptions { Endpoints = [host.Address], Key = host.RunKeyOf("other") });
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        await SampleData.WriteAsync(channel, SampleData.Writer("other", 0), 1, [(0, SampleData.Numbers(new Random(1), 100_000))], limit.Token);

        var (status, message) = await await Task.WhenAny(slow);
        Assert.Equal((int)StatusCode.Unavailable, status);
        Assert.Contains("did not come", message, StringComparison.Ordinal);
        await end.CancelAsync();
        await Task.WhenAll(slow).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await GoodClient.WorksAsync(host, Token);
    }

    [Fact]
    public async Task Writers_that_are_silent_hold_up_nobody()
    {
        await using var host = await StartAsync(TimeSpan.FromSeconds(60));
        await using var channel = new FlightShuffleChannel(new FlightChannelOptions { Endpoints = [host.Address], Key = host.OperatorKey });
        var silent = new List<IShuffleWriter>();
        for (var i = 0; i < 200; i++)
        {
            var writer = await channel.OpenWriterAsync(SampleData.Target(SampleData.Writer(Run, i), 1), SampleData.Schema(), Token);
            await writer.WriteAsync(SampleData.Block(i, 0, 0, SampleData.Numbers(i)), Token);
            silent.Add(writer);
        }

        // In the same run, and so in the same window.
        await SampleData.WriteAsync(channel, SampleData.Writer(Run, 1000), 1, [(0, SampleData.Numbers(1))], Token);
        await GoodClient.WorksAsync(host.Address, host.OperatorKey, Token);
        foreach (var writer in silent)
        {
            Assert.NotEmpty(await writer.CompleteAsync(Token));
            await writer.DisposeAsync();
        }
    }

    private static Task<ShuffleStoreHost> StartAsync(TimeSpan patience) => ShuffleStoreHost.StartAsync(
        new ShuffleStoreOptions
        {
            ObjectStore = new MemoryObjectStore(),
            ReceiveBudgetBytes = 24 << 20,
            Engine = new ShuffleEngineOptions
            {
                Ingest = new IngestOptions { WindowBytes = 1 << 20, BudgetBytes = 17 << 20 },
                Serving = new ServingOptions { ReadBytes = 4 << 20, BudgetBytes = 40 << 20, Patience = patience },
            },
        },
        Token);

    /// <summary>A reader that takes the schema, and then nothing until it is told to.</summary>
    private sealed class SlowReader : IDisposable
    {
        private readonly GrpcChannel _connection;
        private readonly FlightClient _client;
        private readonly HashSet<int> _sequences = [];
        private IAsyncEnumerator<FlightData>? _messages;
        private ReadPosition? _position;

        internal SlowReader(ShuffleStoreHost host)
        {
            _connection = GrpcChannel.ForAddress(host.Address, new GrpcChannelOptions { InitialHttp2StreamWindowSize = 64 << 10 });
            _client = new FlightClient(_connection, new FlightClientOptions { AuthorizationProvider = () => "Bearer " + host.OperatorKey });
        }

        internal bool WasLetGo { get; private set; }

        internal async Task BeginAsync()
        {
            Open();
            Assert.True(await _messages!.MoveNextAsync());
        }

        /// <summary>Takes the rest, coming back if it was let go.</summary>
        internal async Task EndAsync(int blocks, byte[] payload)
        {
            while (true)
            {
                try
                {
                    while (await _messages!.MoveNextAsync())
                    {
                        Take(_messages.Current, payload);
                    }

                    break;
                }
                catch (RpcException failure) when (ShuffleStatus.IsTransient(failure))
                {
                    // In the middle of a message, so that nothing but a reset can end the stream.
                    WasLetGo = true;
                    await _messages!.DisposeAsync();
                    Open();
                }
            }

            Assert.Equal(blocks, _sequences.Count);
            await _messages.DisposeAsync();
        }

        public void Dispose() => _connection.Dispose();

        private void Open()
        {
            var command = new ReadCommand(new ReadSelection(new SealId(Run, SampleData.Output, 0)), _position);
            _messages = _client.DoGet(new FlightTicket(JsonSerializer.SerializeToUtf8Bytes(command, ShuffleJson.Default.ReadCommand)), cancellationToken: Token)
                .GetAsyncEnumerator(Token);
        }

        private void Take(FlightData message, byte[] payload)
        {
            if (message.DataBody.IsEmpty)
            {
                return;
            }

            var (header, next) = BlockMetadata.ReadGet(message.AppMetadata);
            Assert.True(_sequences.Add(header.Sequence), $"block {header.Sequence} came twice");
            Assert.True(BlockMessages.Encapsulate(message.DataHeader, message.DataBody).ToArray().AsSpan().SequenceEqual(payload));
            _position = next;
        }
    }

    /// <summary>A body that begins and does not go on.</summary>
    private sealed class StalledContent(byte[] beginning) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(beginning, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            var never = new TaskCompletionSource();
            await never.Task.WaitAsync(cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
