using System.Buffers;
using System.Net;
using System.Text;
using Executor.Flight;
using Executor.Flight.Client;
using Executor.Grpc;
using Executor.Grpc.Client;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Metrics;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Security;
using Executor.TestKit;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.Security;

/// <summary>What the log says of calls that are refused and of what operators do.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private readonly LogLines _log = new();
    private ShuffleStoreHost? _host;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ShuffleStoreHost Host => _host!;

    private List<string> Refusals => [.. _log.Lines.Where(line => line.StartsWith("refused:", StringComparison.Ordinal))];

    public async ValueTask InitializeAsync()
    {
        _host = await ShuffleStoreHost.StartAsync(
            new ShuffleStoreOptions
            {
                ObjectStore = new MemoryObjectStore(),
                TimeProvider = _time,
                LoggerFactory = _log,
                Engine = new ShuffleEngineOptions { Ingest = new() { MaxOpenStreams = 1, Linger = TimeSpan.Zero } },
            },
            Token);
        foreach (var run in (string[])["run-1", "run-2"])
        {
            var commit = await SampleData.WriteAsync(Host.Channel, SampleData.Writer(run, 0), 1, [(0, SampleData.Numbers(1))], Token);
            await Host.Channel.CommitAsync(commit, Token);
            await Host.Records.SealAsync(SampleData.SealOf(run, 1, 0), Token);
        }
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    [Fact]
    public async Task Every_refused_call_is_told_with_its_reason_and_never_with_what_it_showed()
    {
        using var channel = GrpcChannel.ForAddress(Host.Address.ToString());
        var stranger = new FlightClient(channel);
        var owner = Client(channel, Host.RunKeyOf("run-1"));
        var other = Client(channel, Host.RunKeyOf("run-2"));
        var ticket = (await owner.GetFlightInfo(FlightDescriptor.CreatePathDescriptor("run-1", "extract.sales"), cancellationToken: Token)).Endpoints[0].Ticket;
        var changed = new FlightTicket((byte[])[.. ticket.Ticket.Span[..^1], (byte)(ticket.Ticket.Span[^1] ^ 1)]);
        var wrongKey = "operator." + new string('7', 64);

        await FailAsync(() => ActAsync(Client(channel, wrongKey), ShuffleActions.ListRuns, []), "wrong_key", "DoAction", "-");
        await FailAsync(() => ActAsync(new FlightClient(channel, new FlightClientOptions { AuthorizationProvider = () => "Digest " + new string('7', 64) }), ShuffleActions.ListRuns, []), "wrong_key", "DoAction", "-");
        await FailAsync(() => ActAsync(stranger, ShuffleActions.DeleteRun, RunBody("run-1")), "no_key", ShuffleActions.DeleteRun, "-");
        await FailAsync(() => ActAsync(other, ShuffleActions.GetRecord, Body("""{"run":"run-1","key":"blobs/aa"}""")), "other_run", ShuffleActions.GetRecord, "run-1");
        await FailAsync(() => ActAsync(other, ShuffleActions.RenewTicket, ticket.Ticket.ToArray()), "other_run", ShuffleActions.RenewTicket, "run-1");
        await FailAsync(() => ActAsync(owner, ShuffleActions.DeleteRun, RunBody("run-1")), "wrong_scope", ShuffleActions.DeleteRun, "run-1");
        await FailAsync(() => ReadAsync(stranger, changed), "wrong_ticket", "DoGet", "-");
        await FailAsync(() => ActAsync(owner, "no-such-action", []), "malformed", "unknown", "run-1");
        await FailAsync(() => ActAsync(owner, ShuffleActions.Commit, Body("{")), "malformed", ShuffleActions.Commit, "run-1");
        _time.Advance(TimeSpan.FromHours(2));
        await FailAsync(() => ReadAsync(stranger, ticket), "expired_ticket", "DoGet", "run-1");
        await using var writer = await Host.Channel.OpenWriterAsync(SampleData.Target(SampleData.Writer("run-1", 1), 1), SampleData.Schema(), Token);
        await FailAsync(() => PutAsync(owner, SampleData.Writer("run-1", 2)), "over_limit", "DoPut", "run-1");

        string[] secrets =
        [
            wrongKey, new string('7', 64), Host.OperatorKey, Host.RunKeyOf("run-1"), Host.RunKeyOf("run-2"),
            Convert.ToHexStringLower(ticket.Ticket.Span[^32..]), Convert.ToBase64String(ticket.Ticket.Span),
        ];
        Assert.DoesNotContain(_log.Lines, line => secrets.Any(secret => line.Contains(secret.Split('.')[^1], StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task What_operators_do_is_told()
    {
        using var channel = GrpcChannel.ForAddress(Host.Address.ToString());
        var client = Client(channel, Host.OperatorKey);
        await ActAsync(client, ShuffleActions.ListRuns, []);
        foreach (var action in (string[])[ShuffleActions.VerifyRun, ShuffleActions.CollectRun, ShuffleActions.DeleteRun])
        {
            await ActAsync(client, action, RunBody("run-1"));
        }

        Assert.Equal(
            ["list-runs, run -", "verify-run, run run-1", "collect-run, run run-1", "delete-run, run run-1"],
            _log.Lines.Where(line => line.StartsWith("operator: peer 127.0.0.1:", StringComparison.Ordinal)).Select(line => line[(line.IndexOf("action ", StringComparison.Ordinal) + 7)..]));
    }

    [Fact]
    public async Task A_flood_of_one_peer_is_told_in_few_lines_and_a_count_each_minute()
    {
        using var channel = GrpcChannel.ForAddress(Host.Address.ToString());
        var stranger = new FlightClient(channel);
        for (var i = 0; i < AuditLog.LinesPerPeriod + 7; i++)
        {
            await Assert.ThrowsAsync<RpcException>(() => ActAsync(stranger, ShuffleActions.ListRuns, []));
        }

        await Assert.ThrowsAsync<RpcException>(() => ActAsync(Client(channel, "nonsense"), ShuffleActions.ListRuns, []));
        await Poll.UntilAsync(() => Refusals.Count > AuditLog.LinesPerPeriod, TimeSpan.FromSeconds(30), () => "the other reason", Token);
        Assert.Equal(AuditLog.LinesPerPeriod, Refusals.Count(line => line.Contains("no_key", StringComparison.Ordinal)));

        _time.Advance(TimeSpan.FromMinutes(1));
        await Poll.UntilAsync(() => _log.Lines.Any(line => line.Contains("more calls", StringComparison.Ordinal)), TimeSpan.FromSeconds(30), () => "the count", Token);
        Assert.Equal(["7 more calls were refused: peer 127.0.0.1, reason no_key"], _log.Lines.Where(line => line.Contains("more calls", StringComparison.Ordinal)));

        await Assert.ThrowsAsync<RpcException>(() => ActAsync(stranger, ShuffleActions.ListRuns, []));
        Assert.Equal(AuditLog.LinesPerPeriod + 1, Refusals.Count(line => line.Contains("no_key", StringComparison.Ordinal)));
    }

    [Fact]
    public void Peers_beyond_those_that_are_remembered_share_one_count()
    {
        using var log = new LogLines();
        using var instruments = new StoreInstruments();
        var audit = new AuditLog(log, instruments);
        for (var i = 0; i < 3000; i++)
        {
            audit.Refused(new IPEndPoint(i, 1), "DoGet", null, RefusalReason.NoKey, "no");
        }

        audit.TellLeftOut();
        Assert.Equal(1000 + AuditLog.LinesPerPeriod + 1, log.Lines.Count);
        Assert.Equal($"{2000 - AuditLog.LinesPerPeriod} more calls were refused: peer other peers, reason no_key", log.Lines.Last());
    }

    [Theory]
    [InlineData("run 'a\nrefused: peer 1.2.3.4'", "run 'a refused: peer 1.2.3.4'")]
    [InlineData("key 0123456789abcdef0123456789abcdef is wrong", "key [...] is wrong")]
    [InlineData("commits/extract/0000001.0000 of run 7", "commits/extract/0000001.0000 of run 7")]
    public void A_line_stays_a_line_and_holds_nothing_that_could_be_a_key(string detail, string expected)
    {
        using var log = new LogLines();
        using var instruments = new StoreInstruments();
        new AuditLog(log, instruments).Refused(new IPEndPoint(IPAddress.Loopback, 7), "DoGet", "not\na run", RefusalReason.Malformed, detail);
        Assert.Equal($"refused: peer 127.0.0.1:7, call DoGet, run -, reason malformed: {expected}", Assert.Single(log.Lines));
    }

    [Fact]
    public async Task What_is_not_gRPC_or_names_no_method_is_told_as_malformed()
    {
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var answer = await client.GetAsync(Host.Address, Token);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        await Poll.UntilAsync(() => Refusals.Count > 0, TimeSpan.FromSeconds(30), () => "the line", Token);
        Assert.Contains("call unknown, run -, reason malformed: answered with HTTP 404", Assert.Single(Refusals), StringComparison.Ordinal);
    }

    private async Task FailAsync(Func<Task> call, string reason, string name, string run)
    {
        var before = Refusals.Count;
        await Assert.ThrowsAsync<RpcException>(call);
        await Poll.UntilAsync(() => Refusals.Count > before, TimeSpan.FromSeconds(30), () => $"the line about {name}", Token);
        var line = Refusals[^1];
        Assert.Matches($"^refused: peer 127\\.0\\.0\\.1:[0-9]+, call {name}, run {run}, reason {reason}: .", line);
        Assert.Equal(before + 1, Refusals.Count);
    }

    private static FlightClient Client(GrpcChannel channel, string key) =>
        new(channel, new FlightClientOptions { AuthorizationProvider = () => "Bearer " + key });

    private static byte[] Body(string json) => Encoding.UTF8.GetBytes(json);

    private static byte[] RunBody(string run) => Body($$"""{"run":"{{run}}"}""");

    private static async Task ActAsync(FlightClient client, string action, byte[] body)
    {
        await foreach (var _ in client.DoAction(new FlightAction(action, body), cancellationToken: Token))
        {
        }
    }

    private static async Task ReadAsync(FlightClient client, FlightTicket ticket)
    {
        await foreach (var _ in client.DoGet(ticket, cancellationToken: Token))
        {
        }
    }

    private static async Task PutAsync(FlightClient client, Executor.Contracts.Identity.WriterId writer)
    {
        using var call = client.DoPut(cancellationToken: Token);
        var target = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(SampleData.Target(writer, 1), ShuffleJson.Default.WriteTarget);
        await call.WriteAsync(
            new FlightData
            {
                Descriptor = FlightDescriptor.CreateCommandDescriptor(target),
                DataHeader = BlockMessages.Split(new ReadOnlySequence<byte>(SampleData.Schema()))[0].Header,
            },
            Token);
        await foreach (var _ in call.Results)
        {
        }
    }
}
