using System.Buffers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Executor.Grpc;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Objects.InMemory;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.BadClients;

/// <summary>Clients that speak nonsense, lie about sizes or go away in the middle of a word. Each gets an error, and a good client works at once.</summary>
public sealed class BrokenWireTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Fuzzes = 400;

    private readonly LogLines _log = new();
    private ShuffleStoreHost? _host;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ShuffleStoreHost Host => _host!;

    private static byte[] Target =>
        JsonSerializer.SerializeToUtf8Bytes(SampleData.Target(SampleData.Writer("run", 0), 2), ShuffleJson.Default.WriteTarget);

    private static byte[] SchemaHeader => BlockMessages.Split(new ReadOnlySequence<byte>(SampleData.Schema()))[0].Header.ToArray();

    /// <summary>The body of a put as it should be: two blocks.</summary>
    private static byte[] GoodPut
    {
        get
        {
            var blocks = Enumerable.Range(0, 2).Select(i => SampleData.Block(0, i, i, SampleData.Numbers(i, i + 1)));
            return
            [
                .. FlightBytes.Framed(FlightBytes.First(Target, SchemaHeader)),
                .. blocks.SelectMany(block => FlightBytes.Framed(FlightBytes.Block(block, BlockMetadata.Put(block.Header)))),
            ];
        }
    }

    public async ValueTask InitializeAsync() =>
        _host = await ShuffleStoreHost.StartAsync(new ShuffleStoreOptions { ObjectStore = new MemoryObjectStore(), LoggerFactory = _log }, Token);

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    [Fact]
    public async Task A_message_made_by_hand_as_it_should_be_is_taken() => Assert.Equal((0, ""), await PutAsync(GoodPut));

    [Fact]
    public async Task Prefixes_and_lengths_that_lie_are_refused_before_memory_is_taken()
    {
        var first = FlightBytes.Framed(FlightBytes.First(Target, SchemaHeader));
        var some = new byte[1000];
        byte[][] bodies =
        [
            [],
            [0],
            [0, 0, 0, 0],
            FlightBytes.Framed(some, length: uint.MaxValue),
            FlightBytes.Framed(some, length: 100 << 20),
            FlightBytes.Framed(some, length: 20 << 20),
            FlightBytes.Framed(some, length: 1001),
            FlightBytes.Framed(some, length: 10),
            FlightBytes.Framed(some, flag: 1),
            FlightBytes.Framed(some, flag: 77),
            FlightBytes.Framed([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]),
            FlightBytes.Framed([0x12, 0x7F]),
            FlightBytes.Framed([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
            [.. first, .. FlightBytes.Framed(some, length: uint.MaxValue)],
            [.. first, .. FlightBytes.Framed(some, length: 20 << 20)],
            [.. first, .. FlightBytes.Framed(FlightBytes.Field(2, some))],
            [.. first, .. FlightBytes.Framed([0x12, 0x88, 0x80, 0x80, 0x80, 0x08, 1])],
        ];
        foreach (var body in bodies)
        {
            var (status, message) = await PutAsync(body);
            Assert.True(status > 0, $"{Convert.ToHexString(body.AsSpan(0, Math.Min(20, body.Length)))}: status {status} {message}");
        }

        AssertNothingUnforeseen();
        await GoodClient.WorksAsync(Host, Token);
    }

    [Theory]
    [InlineData(0, -1, 0, 1, 0)]
    [InlineData(0, 2, 0, 1, 0)]
    [InlineData(0, int.MaxValue, 0, 1, 0)]
    [InlineData(0, int.MinValue, 0, 1, 0)]
    [InlineData(0, 0, -1, 1, 0)]
    [InlineData(0, 0, 0, -1, 0)]
    [InlineData(0, 0, 0, int.MinValue, 0)]
    [InlineData(1, 0, 0, 1, 0)]
    [InlineData(-1, 0, 0, 1, 0)]
    [InlineData(0, 0, 0, 1, 1)]
    [InlineData(0, 0, 0, 1, -1)]
    [InlineData(0, 0, 0, 1, int.MinValue)]
    public async Task A_blocks_header_that_lies_is_invalid(int index, int partition, int sequence, int rows, int longer)
    {
        var block = SampleData.Block(0, 0, 0, SampleData.Numbers(1));
        var header = new BlockHeader(index, partition, sequence, rows, unchecked(block.Header.Length + longer), block.Header.Crc32C);

        var (status, message) = await PutAsync(
            [.. FlightBytes.Framed(FlightBytes.First(Target, SchemaHeader)), .. FlightBytes.Framed(FlightBytes.Block(block, BlockMetadata.Put(header)))]);

        Assert.Equal((int)StatusCode.InvalidArgument, status);
        Assert.NotEmpty(message);
        await GoodClient.WorksAsync(Host, Token);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 2)]
    [InlineData(5, 4)]
    [InlineData(int.MaxValue, int.MinValue)]
    [InlineData(int.MaxValue, 0)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public async Task Blocks_whose_sequence_has_gaps_repeats_or_an_overflow_are_invalid(int one, int other)
    {
        var block = SampleData.Block(0, 0, 0, SampleData.Numbers(1));
        byte[] Numbered(int sequence) => FlightBytes.Framed(FlightBytes.Block(block, BlockMetadata.Put(block.Header with { Sequence = sequence })));

        var (status, message) = await PutAsync([.. FlightBytes.Framed(FlightBytes.First(Target, SchemaHeader)), .. Numbered(one), .. Numbered(other)]);

        Assert.True(status == (int)StatusCode.InvalidArgument, $"status {status}: {message}");
        await GoodClient.WorksAsync(Host, Token);
    }

    [Fact]
    public async Task Puts_with_random_changes_are_taken_or_refused_and_never_a_surprise()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var bodies = Enumerable.Range(0, Fuzzes).Select(_ => Changed(random, GoodPut)).ToList();
        var statuses = new System.Collections.Concurrent.ConcurrentDictionary<int, int>();
        await Parallel.ForEachAsync(bodies, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token }, async (body, token) =>
        {
            var (status, message) = await RawCall.SendAsync(Host.Address, Host.OperatorKey, "DoPut", body, token);
            Assert.False(message.Contains("failed to process", StringComparison.Ordinal), $"{Convert.ToHexString(body)}: {message}");
            statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
        });
        output.WriteLine(string.Join(", ", statuses.OrderBy(pair => pair.Key).Select(pair => $"{(StatusCode)pair.Key}: {pair.Value}")));
        AssertNothingUnforeseen();
        await GoodClient.WorksAsync(Host, Token);
    }

    [Theory]
    [InlineData("commit")]
    [InlineData("seal")]
    [InlineData("get-seal")]
    [InlineData("create-record")]
    [InlineData("renew-ticket")]
    [InlineData("DoGet")]
    [InlineData("GetFlightInfo")]
    public async Task Calls_with_random_changes_are_answered_or_refused_and_never_a_surprise(string call)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var commit = await SampleData.WriteAsync(Host.Channel, SampleData.Writer("run", 0), 1, [(0, SampleData.Numbers(1))], Token);
        await Host.Channel.CommitAsync(commit, Token);
        var seal = await Host.Records.SealAsync(SampleData.SealOf("run", 1, 0), Token);
        Assert.NotNull(seal);
        var selection = new ReadCommand(new ReadSelection(new SealId("run", SampleData.Output, 0), 0), new ReadPosition(0, 0, 64));
        var body = call switch
        {
            "commit" => JsonSerializer.SerializeToUtf8Bytes(commit, ShuffleJson.Default.CommitRecord),
            "seal" => JsonSerializer.SerializeToUtf8Bytes(SampleData.SealOf("run", 1, 0), ShuffleJson.Default.SealRequest),
            "get-seal" => JsonSerializer.SerializeToUtf8Bytes(new SealId("run", SampleData.Output, 0), ShuffleJson.Default.SealId),
            "create-record" => JsonSerializer.SerializeToUtf8Bytes(new RecordCommand("run", "logs/extract/0000000.0000.0001") { Value = new byte[3] }, ShuffleJson.Default.RecordCommand),
            _ => JsonSerializer.SerializeToUtf8Bytes(selection, ShuffleJson.Default.ReadCommand),
        };
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Fuzzes / 4).Select(_ => Changed(random, body)).ToList(),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token },
            async (changed, token) =>
            {
                var (method, message) = call switch
                {
                    "DoGet" => (call, FlightBytes.Field(1, changed)),
                    "GetFlightInfo" => (call, (byte[])[0x08, 2, .. FlightBytes.Field(2, changed)]),
                    _ => ("DoAction", [.. FlightBytes.Field(1, Encoding.ASCII.GetBytes(call)), .. FlightBytes.Field(2, changed)]),
                };
                var (_, detail) = await RawCall.SendAsync(Host.Address, Host.OperatorKey, method, FlightBytes.Framed(message), token);
                Assert.False(detail.Contains("failed to process", StringComparison.Ordinal), $"{Encoding.Latin1.GetString(changed)}: {detail}");
            });
        AssertNothingUnforeseen();
        await GoodClient.WorksAsync(Host, Token);
    }

    [Fact]
    public async Task A_connection_that_is_cut_in_the_middle_of_a_message_leaves_nothing_behind()
    {
        var payload = SampleData.Numbers(new Random(2), 100_000);
        for (var limit = 100; limit < 900_000; limit = (limit * 2) + 12_345)
        {
            var cut = limit;
            await using var channel = new FlightShuffleChannel(new FlightChannelOptions
            {
                Endpoints = [Host.Address],
                Key = Host.OperatorKey,
                MaxTries = 1,
                Connect = (address, token) => CutStream.ConnectAsync(address, cut, token),
            });
            var failure = await Assert.ThrowsAsync<ShuffleException>(
                () => SampleData.WriteAsync(channel, SampleData.Writer("cut", limit), 1, [(0, payload), (0, payload)], Token));
            Assert.Equal(ShuffleError.Unavailable, failure.Error);
        }

        await GoodClient.WorksAsync(Host, Token);
        AssertNothingUnforeseen();
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: store\r\n\r\n")]
    [InlineData("POST /arrow.flight.protocol.FlightService/DoPut HTTP/1.1\r\nHost: store\r\nContent-Type: application/grpc\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003")]
    [InlineData("SSH-2.0-OpenSSH_9.9\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u00ff\u00ff\u00ff\u0001\u0001\u0001\u0001\u0001\u0001")]
    public async Task Another_protocol_on_the_port_is_answered_by_closing(string text)
    {
        await AssertIsClosedAsync(Encoding.Latin1.GetBytes(text));
        await GoodClient.WorksAsync(Host, Token);
    }

    [Fact]
    public async Task Noise_on_the_port_harms_nobody()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"u8.ToArray();
        for (var i = 0; i < 100; i++)
        {
            using var socket = await ConnectAsync();
            await socket.SendAsync((byte[])[.. i % 2 == 0 ? preface : [], .. SampleData.Bytes(random, random.Next(1, 2000))], Token);
            socket.Close(random.Next(2));
        }

        AssertNothingUnforeseen();
        await GoodClient.WorksAsync(Host, Token);
    }

    private static byte[] Changed(Random random, byte[] good)
    {
        var bytes = good.ToList();
        for (var changes = random.Next(1, 4); changes > 0 && bytes.Count > 0; changes--)
        {
            var place = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[place] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[place] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(place, Math.Min(random.Next(1, 30), bytes.Count - place));
                    break;
                case 3:
                    bytes.InsertRange(place, SampleData.Bytes(random, random.Next(1, 30)));
                    break;
                default:
                    bytes.RemoveRange(place, bytes.Count - place);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>What the store did not foresee is logged with its exception.</summary>
    private void AssertNothingUnforeseen() =>
        Assert.DoesNotContain(_log.Lines, line => line.Contains("   at Executor.", StringComparison.Ordinal) && !line.Contains("RpcException", StringComparison.Ordinal));

    private Task<(int Status, string Message)> PutAsync(byte[] body) => RawCall.SendAsync(Host.Address, Host.OperatorKey, "DoPut", body, Token);

    private async Task AssertIsClosedAsync(byte[] bytes)
    {
        using var socket = await ConnectAsync();
        await socket.SendAsync(bytes, Token);
        socket.Shutdown(SocketShutdown.Send);
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset: closed as well.
        }
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Host.Address.Host, Host.Address.Port, Token);
        return socket;
    }
}
