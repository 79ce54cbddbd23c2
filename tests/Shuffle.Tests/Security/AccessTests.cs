using System.Text.Json;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Flight;
using Executor.Flight.Client;
using Executor.Grpc;
using Executor.Grpc.Client;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Security;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.Security;

public sealed class AccessTests : IAsyncLifetime
{
    private readonly SettableClock _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly LogLines _log = new();
    private ShuffleStoreHost? _host;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ShuffleStoreHost Host => _host!;

    public async ValueTask InitializeAsync()
    {
        _host = await ShuffleStoreHost.StartAsync(
            new ShuffleStoreOptions { ObjectStore = new MemoryObjectStore(), TimeProvider = _clock, LoggerFactory = _log }, Token);
        foreach (var run in (string[])["run-1", "run-2"])
        {
            var commit = await SampleData.WriteAsync(
                Host.Channel, SampleData.Writer(run, 0), 2, [(0, SampleData.Numbers(1, 2)), (1, SampleData.Numbers(3))], Token);
            await Host.Channel.CommitAsync(commit, Token);
            await Host.Records.SealAsync(SampleData.SealOf(run, 2, 0), Token);
        }
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    [Fact]
    public async Task A_wrong_key_opens_nothing_and_is_not_logged()
    {
        const string wrong = "operator.00000000000000000000000000000000000000000000000000000000000000ff";
        foreach (var key in (string[])[wrong, "", "run.run-1." + new string('0', 64), Host.RunKeyOf("run-1") + "0", Host.RunKeyOf("run-1").Replace("run-1", "run-2", StringComparison.Ordinal)])
        {
            await using var records = Records(key);
            await DeniedAsync(() => records.GetAsync("run-1", RecordKeys.Blob("aa"), Token));
        }

        Assert.NotEmpty(_log.Lines);
        Assert.DoesNotContain(_log.Lines, line => line.Contains("00000000000000", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_runs_key_opens_what_its_tasks_need_and_no_other_run()
    {
        await using var channel = Channel(Host.RunKeyOf("run-1"));
        await using var records = Records(Host.RunKeyOf("run-1"));
        var commit = await SampleData.WriteAsync(channel, SampleData.Writer("run-1", 1), 1, [(0, SampleData.Numbers(1))], Token);
        Assert.True((await channel.CommitAsync(commit, Token)).Won);
        Assert.NotNull(await channel.GetSealAsync(new SealId("run-1", SampleData.Output, 0), Token));
        Assert.Equal(2, await CountAsync(channel, "run-1"));
        Assert.Null(await records.CreateAsync("run-1", RecordKeys.Log(SampleData.Writer("run-1", 1).Attempt), new byte[1], Token));
        Assert.Null(await records.GetAsync("run-1", RecordKeys.Blob("aa"), Token));

        await DeniedAsync(() => SampleData.WriteAsync(channel, SampleData.Writer("run-2", 1), 1, [(0, SampleData.Numbers(1))], Token));
        await DeniedAsync(() => channel.CommitAsync(new CommitRecord { Writer = SampleData.Writer("run-2", 1), Definition = "d", TaskDefinition = "t" }, Token));
        await DeniedAsync(() => channel.GetSealAsync(new SealId("run-2", SampleData.Output, 0), Token));
        await DeniedAsync(() => CountAsync(channel, "run-2"));
        await DeniedAsync(() => records.CreateAsync("run-2", RecordKeys.Log(SampleData.Writer("run-2", 1).Attempt), new byte[1], Token));
    }

    [Fact]
    public async Task A_runs_key_opens_neither_journal_nor_seals_nor_the_operators_actions()
    {
        await using var records = Records(Host.RunKeyOf("run-1"));
        await DeniedAsync(() => records.CreateAsync("run-1", RecordKeys.JournalAt(0), new byte[1], Token));
        await DeniedAsync(() => records.GetAsync("run-1", RecordKeys.JournalAt(0), Token));
        await DeniedAsync(() => records.CreateAsync("run-1", RecordKeys.CancelRequest, new byte[1], Token));
        await DeniedAsync(() => records.SealAsync(SampleData.SealOf("run-1", 2, 0), Token));
        await DeniedAsync(() => records.DeleteRunAsync("run-1", Token));
        await DeniedAsync(() => records.VerifyAsync("run-1", Token));
        await DeniedAsync(() => records.GetStatisticsAsync("run-1", Token));
        await DeniedAsync(async () => await records.ListAsync("run-1", "", Token).GetAsyncEnumerator(Token).MoveNextAsync());
        await DeniedAsync(async () => await records.ListRunsAsync(Token).GetAsyncEnumerator(Token).MoveNextAsync());
    }

    [Fact]
    public async Task A_signed_ticket_is_good_without_a_key_until_it_expires_and_can_be_renewed_with_one()
    {
        using var channel = GrpcChannel.ForAddress(Host.Address.ToString());
        var owner = new FlightClient(channel, new FlightClientOptions { AuthorizationProvider = () => "Bearer " + Host.RunKeyOf("run-1") });
        var bearer = new FlightClient(channel);
        var info = await owner.GetFlightInfo(FlightDescriptor.CreatePathDescriptor("run-1", "extract.sales"), cancellationToken: Token);
        Assert.Equal(2, info.Endpoints.Count);
        Assert.Equal(2, info.TotalRecords);
        var ticket = info.Endpoints[1].Ticket;
        Assert.Equal(2, await MessagesAsync(bearer, ticket));

        _clock.Now += TimeSpan.FromHours(2);
        await RefusedAsync(bearer, ticket);
        FlightTicket? renewed = null;
        await foreach (var result in owner.DoAction(new FlightAction(ShuffleActions.RenewTicket, ticket.Ticket), cancellationToken: Token))
        {
            renewed = new FlightTicket(result.Body);
        }

        Assert.Equal(2, await MessagesAsync(bearer, renewed!));
    }

    [Fact]
    public async Task A_signed_ticket_of_a_slice_opens_the_slice_and_no_more()
    {
        for (var index = 0; index < 3; index++)
        {
            var commit = await SampleData.WriteAsync(Host.Channel, SampleData.Writer("run-3", index), 1, [(0, SampleData.Numbers(1, 2))], Token);
            await Host.Channel.CommitAsync(commit, Token);
        }

        await Host.Records.SealAsync(SampleData.SealOf("run-3", 1, 0, 0, 0), Token);
        using var channel = GrpcChannel.ForAddress(Host.Address.ToString());
        var owner = new FlightClient(channel, new FlightClientOptions { AuthorizationProvider = () => "Bearer " + Host.RunKeyOf("run-3") });
        var slice = new ReadCommand(new ReadSelection(new SealId("run-3", SampleData.Output, 0), 0, null, new InstanceRange(1, 3)));

        var info = await owner.GetFlightInfo(
            FlightDescriptor.CreateCommandDescriptor(JsonSerializer.SerializeToUtf8Bytes(slice, ShuffleJson.Default.ReadCommand)), cancellationToken: Token);

        Assert.Equal(-1, info.TotalRecords);
        Assert.Equal(1 + 2, await MessagesAsync(new FlightClient(channel), Assert.Single(info.Endpoints).Ticket));
    }

    [Fact]
    public async Task An_expired_ticket_stays_expired_however_often_it_is_shown_and_only_the_runs_key_renews_it()
    {
        using var channel = GrpcChannel.ForAddress(Host.Address.ToString());
        var owner = new FlightClient(channel, new FlightClientOptions { AuthorizationProvider = () => "Bearer " + Host.RunKeyOf("run-1") });
        var stranger = new FlightClient(channel, new FlightClientOptions { AuthorizationProvider = () => "Bearer " + Host.RunKeyOf("run-2") });
        var bearer = new FlightClient(channel);

        var info = await owner.GetFlightInfo(FlightDescriptor.CreatePathDescriptor("run-1", "extract.sales", "0"), cancellationToken: Token);
        var ticket = info.Endpoints[0].Ticket;
        Assert.Equal(info.Endpoints[0].ExpirationTime, _clock.Now + TimeSpan.FromHours(1));
        _clock.Now += TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1);
        Assert.Equal(2, await MessagesAsync(bearer, ticket));
        _clock.Now += TimeSpan.FromSeconds(1);
        var renewed = await RenewAsync(owner, ticket);
        for (var i = 0; i < 3; i++)
        {
            await RefusedAsync(bearer, ticket);
            await RefusedAsync(owner, ticket);
            Assert.Equal(2, await MessagesAsync(bearer, renewed));
        }

        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => RenewAsync(stranger, ticket))).StatusCode);
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => RenewAsync(bearer, ticket))).StatusCode);

        // However old it is.
        _clock.Now += TimeSpan.FromDays(1000);
        Assert.Equal(2, await MessagesAsync(bearer, await RenewAsync(owner, ticket)));
    }

    [Fact]
    public async Task A_commit_that_is_sent_again_changes_nothing_and_another_writers_loses()
    {
        await using var channel = Channel(Host.RunKeyOf("run-1"));
        var commit = await SampleData.WriteAsync(channel, SampleData.Writer("run-1", 5), 1, [(0, SampleData.Numbers(7))], Token);
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await channel.CommitAsync(commit, Token)).Won);
        }

        var forged = await channel.CommitAsync(commit with { Writer = SampleData.Writer("run-1", 5, incarnation: "pod-b") }, Token);
        Assert.False(forged.Won);
        Assert.Equal(commit.Writer, forged.Winner.Writer);
    }

    [Fact]
    public async Task A_ticket_that_was_changed_or_is_another_stores_is_refused()
    {
        using var channel = GrpcChannel.ForAddress(Host.Address.ToString());
        var bearer = new FlightClient(channel);
        var command = new ReadCommand(new ReadSelection(new SealId("run-1", SampleData.Output, 0)));
        var own = new KeyRing(new StoreKeys(new byte[32]), _clock, _log);
        await RefusedAsync(bearer, new FlightTicket(new TicketSigner(own, _clock, TimeSpan.FromHours(1)).Sign(command, _clock.Now + TimeSpan.FromHours(1))));
        await RefusedAsync(bearer, new FlightTicket(JsonSerializer.SerializeToUtf8Bytes(command, ShuffleJson.Default.ReadCommand)));

        var owner = new FlightClient(channel, new FlightClientOptions { AuthorizationProvider = () => "Bearer " + Host.OperatorKey });
        var info = await owner.GetFlightInfo(FlightDescriptor.CreatePathDescriptor("run-1", "extract.sales", "0"), cancellationToken: Token);
        var ticket = Assert.Single(info.Endpoints).Ticket.Ticket.ToArray();
        for (var i = 0; i < ticket.Length; i += 7)
        {
            var changed = (byte[])ticket.Clone();
            changed[i] ^= 1;
            var failure = await Assert.ThrowsAsync<RpcException>(() => MessagesAsync(bearer, new FlightTicket(changed)));
            Assert.Contains(failure.StatusCode, (StatusCode[])[StatusCode.PermissionDenied, StatusCode.InvalidArgument]);
        }
    }

    [Fact]
    public void A_key_file_is_made_once_for_its_owner_alone()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "key");
        var key = MasterKeyFile.ReadOrCreate(path);
        Assert.Equal(32, key.Length);
        Assert.Equal(key, MasterKeyFile.ReadOrCreate(path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        File.WriteAllBytes(path, new byte[5]);
        Assert.Contains("5 bytes", Assert.Throws<IOException>(() => MasterKeyFile.ReadOrCreate(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_file_may_be_a_link_as_in_a_mounted_secret()
    {
        using var folder = new TemporaryFolder();
        var key = new byte[64];
        var data = Directory.CreateDirectory(Path.Combine(folder.Path, "..data-1")).FullName;
        File.WriteAllBytes(Path.Combine(data, "key"), key);
        File.CreateSymbolicLink(Path.Combine(folder.Path, "..data"), "..data-1");
        File.CreateSymbolicLink(Path.Combine(folder.Path, "key"), "..data/key");
        Assert.Equal(key, MasterKeyFile.ReadOrCreate(Path.Combine(folder.Path, "key")));
    }

    private FlightShuffleChannel Channel(string key) => new(new FlightChannelOptions { Endpoints = [Host.Address], Key = key });

    private FlightRunRecords Records(string key) => new(new FlightChannelOptions { Endpoints = [Host.Address], Key = key });

    private static async Task<int> CountAsync(FlightShuffleChannel channel, string run)
    {
        var count = 0;
        await foreach (var _ in channel.ReadAsync(new ReadSelection(new SealId(run, SampleData.Output, 0)), Token))
        {
            count++;
        }

        return count;
    }

    private static async Task<int> MessagesAsync(FlightClient client, FlightTicket ticket)
    {
        var count = 0;
        await foreach (var _ in client.DoGet(ticket, cancellationToken: Token))
        {
            count++;
        }

        return count;
    }

    private static async Task<FlightTicket> RenewAsync(FlightClient client, FlightTicket ticket)
    {
        FlightTicket? renewed = null;
        await foreach (var result in client.DoAction(new FlightAction(ShuffleActions.RenewTicket, ticket.Ticket), cancellationToken: Token))
        {
            renewed = new FlightTicket(result.Body.ToArray());
        }

        return renewed!;
    }

    private static async Task RefusedAsync(FlightClient client, FlightTicket ticket) =>
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => MessagesAsync(client, ticket))).StatusCode);

    private static async Task DeniedAsync<T>(Func<Task<T>> action) =>
        Assert.Equal(ShuffleError.Denied, (await Assert.ThrowsAsync<ShuffleException>(action)).Error);

    private static async Task DeniedAsync(Func<Task> action) =>
        Assert.Equal(ShuffleError.Denied, (await Assert.ThrowsAsync<ShuffleException>(action)).Error);
}
