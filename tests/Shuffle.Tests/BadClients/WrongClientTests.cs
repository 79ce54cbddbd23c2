using System.Text.Json;
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
using Microsoft.Extensions.Logging.Abstractions;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.BadClients;

/// <summary>Clients that show what they may not have, or ask again for what was decided. Each is refused, and a good client works at once.</summary>
public sealed class WrongClientTests : IAsyncLifetime
{
    private static readonly byte[] MasterKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private ShuffleStoreHost? _host;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ShuffleStoreHost Host => _host!;

    public async ValueTask InitializeAsync()
    {
        _host = await ShuffleStoreHost.StartAsync(new ShuffleStoreOptions { ObjectStore = new MemoryObjectStore(), MasterKey = MasterKey }, Token);
        foreach (var run in (string[])["mine", "theirs"])
        {
            await Host.Channel.CommitAsync(
                await SampleData.WriteAsync(Host.Channel, SampleData.Writer(run, 0), 1, [(0, SampleData.Numbers(1, 2, 3))], Token), Token);
            await Host.Records.SealAsync(SampleData.SealOf(run, 1, 0), Token);
        }
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    [Fact]
    public async Task Wrong_keys_by_the_thousand_are_refused()
    {
        await Parallel.ForAsync(0, 1000, Token, async (i, token) =>
        {
            var key = (i % 4) switch
            {
                0 => "operator." + Convert.ToHexStringLower(SampleData.Bytes(Random.Shared, 32)),
                1 => "run.theirs." + Convert.ToHexStringLower(SampleData.Bytes(Random.Shared, 32)),
                2 => Host.RunKeyOf("mine").Replace("mine", "theirs", StringComparison.Ordinal),
                _ => new string('x', 2000),
            };
            var (status, _) = await RawCall.SendAsync(Host.Address, key, "DoAction", FlightBytes.Framed(FlightBytes.Field(1, "list-runs"u8.ToArray())), token);
            Assert.Contains(status, (int[])[(int)StatusCode.Unauthenticated, (int)StatusCode.PermissionDenied]);
        });
        await GoodClient.WorksAsync(Host, Token);
    }

    [Fact]
    public async Task A_handshake_lets_in_who_shows_a_key_and_nobody_else()
    {
        var hello = FlightBytes.Framed([]);
        Assert.Equal((0, ""), await RawCall.SendAsync(Host.Address, Host.RunKeyOf("mine"), "Handshake", hello, Token));
        Assert.Equal((0, ""), await RawCall.SendAsync(Host.Address, Host.OperatorKey, "Handshake", hello, Token));

        Assert.Equal((int)StatusCode.Unauthenticated, (await RawCall.SendAsync(Host.Address, "operator.00", "Handshake", hello, Token)).Status);
        await GoodClient.WorksAsync(Host, Token);
    }

    [Fact]
    public async Task A_ticket_opens_nothing_but_what_it_was_signed_for_and_nothing_once_it_has_expired()
    {
        using var connection = GrpcChannel.ForAddress(Host.Address);
        var bearer = new FlightClient(connection);
        var now = TimeProvider.System.GetUtcNow();
        var signer = new TicketSigner(RingOf(MasterKey), TimeProvider.System, TimeSpan.FromHours(1));
        var mine = new ReadCommand(new ReadSelection(new SealId("mine", SampleData.Output, 0)));
        var theirs = new ReadCommand(new ReadSelection(new SealId("theirs", SampleData.Output, 0)));
        Assert.Equal(2, await MessagesAsync(bearer, signer.Sign(mine, now + TimeSpan.FromMinutes(1))));

        await DeniedAsync(bearer, signer.Sign(mine, now - TimeSpan.FromSeconds(1)));
        await DeniedAsync(bearer, new TicketSigner(RingOf(new byte[32]), TimeProvider.System, TimeSpan.FromHours(1)).Sign(mine, now + TimeSpan.FromHours(1)));

        // The other run's selection under the signature that was given for this one.
        var signed = signer.Sign(mine, now + TimeSpan.FromHours(1));
        var swapped = (byte[])[.. signed[..9], .. JsonSerializer.SerializeToUtf8Bytes(theirs, ShuffleJson.Default.ReadCommand), .. signed[^32..]];
        await DeniedAsync(bearer, swapped);

        // The key of a run renews no ticket of another one.
        var owner = new FlightClient(connection, new FlightClientOptions { AuthorizationProvider = () => "Bearer " + Host.RunKeyOf("mine") });
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var _ in owner.DoAction(new FlightAction(ShuffleActions.RenewTicket, signer.Sign(theirs, now)), cancellationToken: Token))
            {
            }
        });
        Assert.Equal(StatusCode.PermissionDenied, failure.StatusCode);
        await GoodClient.WorksAsync(Host, Token);
    }

    [Fact]
    public async Task A_commit_that_is_replayed_changes_nothing_whoever_replays_it_and_whatever_it_says_then()
    {
        await using var channel = new FlightShuffleChannel(new FlightChannelOptions { Endpoints = [Host.Address], Key = Host.RunKeyOf("mine") });
        var first = await SampleData.WriteAsync(channel, SampleData.Writer("mine", 1), 1, [(0, SampleData.Numbers(7))], Token);
        var second = await SampleData.WriteAsync(channel, SampleData.Writer("mine", 1, attempt: 2), 1, [(0, SampleData.Numbers(8))], Token);
        Assert.True((await channel.CommitAsync(first, Token)).Won);

        var lie = first with { Outputs = [first.Outputs[0] with { Segments = second.Outputs[0].Segments, Partitions = [new PartitionStatistics(0, 9, 9, 9, 9)] }] };
        await Parallel.ForAsync(0, 200, Token, async (i, token) =>
        {
            var answer = await channel.CommitAsync((i % 3) switch { 0 => first, 1 => second, _ => lie }, token);
            Assert.Equal(i % 3 != 1, answer.Won);
            Assert.Equal(first.Writer, answer.Winner.Writer);
            Assert.Equal(first.Outputs[0].Segments, answer.Winner.Outputs[0].Segments);
            Assert.Equal(first.Outputs[0].Partitions, answer.Winner.Outputs[0].Partitions);
        });

        await using var stranger = new FlightShuffleChannel(new FlightChannelOptions { Endpoints = [Host.Address], Key = Host.RunKeyOf("theirs") });
        Assert.Equal(ShuffleError.Denied, (await Assert.ThrowsAsync<ShuffleException>(() => stranger.CommitAsync(first, Token))).Error);
        Assert.Empty((await Host.Records.VerifyAsync("mine", Token)).Losses);
        await GoodClient.WorksAsync(Host, Token);
    }

    private static async Task<int> MessagesAsync(FlightClient client, byte[] ticket)
    {
        var count = 0;
        await foreach (var _ in client.DoGet(new FlightTicket(ticket), cancellationToken: Token))
        {
            count++;
        }

        return count;
    }

    private static KeyRing RingOf(byte[] masterKey) => new(new StoreKeys(masterKey), TimeProvider.System, NullLogger.Instance);

    private static async Task DeniedAsync(FlightClient client, byte[] ticket) =>
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => MessagesAsync(client, ticket))).StatusCode);
}
