using Executor.Flight;
using Executor.Flight.Client;
using Executor.Grpc;
using Executor.Grpc.Client;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Security;
using Executor.TestKit;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.Security;

/// <summary>The master key replaced by another under way, step by step as docs/store.md says.</summary>
public sealed class KeyRotationTests : IDisposable
{
    private const string Run = "run-1";
    private static readonly byte[] Old = [.. Enumerable.Repeat((byte)1, 32)];
    private static readonly byte[] New = [.. Enumerable.Repeat((byte)2, 32)];

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly LogLines _log = new();
    private int _version;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string KeyFile => Path.Combine(_folder.Path, "master.key");

    public void Dispose()
    {
        _folder.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task A_run_under_way_goes_on_while_the_key_is_replaced_and_what_the_old_one_made_is_refused_once_it_is_gone()
    {
        Mount(Old, null);
        await using var host = await ShuffleStoreHost.StartAsync(
            new ShuffleStoreOptions { ObjectStore = new MemoryObjectStore(), KeyFile = KeyFile, TimeProvider = _time, LoggerFactory = _log }, Token);
        var (older, newer) = (new StoreKeys(Old), new StoreKeys(New));
        await WriteAsync(host, older.RunKeyOf(Run), 0);
        await DeniedAsync(() => WriteAsync(host, newer.RunKeyOf(Run), 1));
        await SealAsync(host, older.OperatorKey);
        var ticket = await TicketAsync(host, older.RunKeyOf(Run));

        // First the new key is made known to all store pods, before any client uses it.
        Mount(Old, New);
        Assert.Equal(older.OperatorKey, host.OperatorKey);
        await WriteAsync(host, newer.RunKeyOf(Run), 1);

        // Then clients get it.
        Mount(New, Old);
        Assert.Equal(newer.OperatorKey, host.OperatorKey);
        Assert.Equal(newer.RunKeyOf(Run), host.RunKeyOf(Run));
        await WriteAsync(host, older.RunKeyOf(Run), 2);
        await WriteAsync(host, newer.RunKeyOf(Run), 3);
        Assert.Equal(2, await MessagesAsync(host, ticket));
        var renewed = await RenewAsync(host, older.RunKeyOf(Run), ticket);
        var fresh = await TicketAsync(host, older.RunKeyOf(Run));

        // At the end the old one goes.
        Mount(New, null);
        await DeniedAsync(() => WriteAsync(host, older.RunKeyOf(Run), 4));
        await DeniedAsync(() => SealAsync(host, older.OperatorKey));
        await WriteAsync(host, newer.RunKeyOf(Run), 4);
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => MessagesAsync(host, ticket))).StatusCode);
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => RenewAsync(host, newer.RunKeyOf(Run), ticket))).StatusCode);
        Assert.Equal(2, await MessagesAsync(host, renewed));
        Assert.Equal(2, await MessagesAsync(host, fresh));
        Assert.DoesNotContain(_log.Lines, line => new[] { Old, New }.Any(key => line.Contains(Convert.ToHexStringLower(key), StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public void A_new_key_counts_within_the_interval_and_is_told()
    {
        Mount(Old, null);
        var ring = new KeyRing(KeyFile, _time, _log);
        Replace(New, Old);
        Assert.NotNull(ring.Identify(new StoreKeys(Old).OperatorKey));
        Assert.Null(ring.Identify(new StoreKeys(New).OperatorKey));
        _time.Advance(KeyRing.CheckInterval);
        Assert.NotNull(ring.Identify(new StoreKeys(New).OperatorKey));
        Assert.NotNull(ring.Identify(new StoreKeys(Old).OperatorKey));
        Assert.Equal(Run, ring.Identify(new StoreKeys(Old).RunKeyOf(Run))!.Run);
        Assert.Contains("a second key is accepted", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, -1)]
    [InlineData(31, -1)]
    [InlineData(5000, -1)]
    [InlineData(-1, -1)]
    [InlineData(32, 31)]
    public void What_cannot_be_used_is_told_once_and_the_keys_from_before_stay(int masterBytes, int secondBytes)
    {
        Mount(Old, New);
        var ring = new KeyRing(KeyFile, _time, _log);
        Replace(masterBytes < 0 ? null : new byte[masterBytes], secondBytes < 0 ? null : new byte[secondBytes]);
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(KeyRing.CheckInterval);
            Assert.Equal(new StoreKeys(Old).OperatorKey, ring.Current.OperatorKey);
            Assert.NotNull(ring.Identify(new StoreKeys(New).OperatorKey));
        }

        Assert.Contains("the keys from before stay", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Replace(New, null);
        _time.Advance(KeyRing.CheckInterval);
        Assert.Equal(new StoreKeys(New).OperatorKey, ring.Current.OperatorKey);
        Assert.Null(ring.Identify(new StoreKeys(Old).OperatorKey));
    }

    [Fact]
    public void A_second_key_that_cannot_be_used_ends_the_start()
    {
        Mount(Old, new byte[5]);
        Assert.Contains("second.key holds 5 bytes", Assert.Throws<IOException>(() => new KeyRing(KeyFile, _time, _log)).Message, StringComparison.Ordinal);
    }

    /// <summary>Replaces the files, and lets the time pass until they count.</summary>
    private void Mount(byte[]? master, byte[]? second)
    {
        Replace(master, second);
        _time.Advance(KeyRing.CheckInterval);
    }

    /// <summary>Replaces both files as the kubelet does: by a link to another folder.</summary>
    private void Replace(byte[]? master, byte[]? second)
    {
        var data = $"..data-{_version++}";
        Directory.CreateDirectory(Path.Combine(_folder.Path, data));
        foreach (var (name, key) in new[] { ("master.key", master), ("second.key", second) })
        {
            if (key is not null)
            {
                File.WriteAllBytes(Path.Combine(_folder.Path, data, name), key);
            }

            var link = Path.Combine(_folder.Path, name);
            File.Delete(link);
            if (key is not null)
            {
                File.CreateSymbolicLink(link, $"..data/{name}");
            }
        }

        var current = Path.Combine(_folder.Path, "..data");
        File.Delete(current);
        File.CreateSymbolicLink(current, data);
    }

    private static async Task WriteAsync(ShuffleStoreHost host, string key, int index)
    {
        await using var channel = new FlightShuffleChannel(new FlightChannelOptions { Endpoints = [host.Address], Key = key });
        var commit = await SampleData.WriteAsync(channel, SampleData.Writer(Run, index), 1, [(0, SampleData.Numbers(index))], Token);
        Assert.True((await channel.CommitAsync(commit, Token)).Won);
    }

    private static async Task SealAsync(ShuffleStoreHost host, string key)
    {
        await using var records = new FlightRunRecords(new FlightChannelOptions { Endpoints = [host.Address], Key = key });
        await records.SealAsync(SampleData.SealOf(Run, 1, 0), Token);
    }

    private static async Task<FlightTicket> TicketAsync(ShuffleStoreHost host, string key)
    {
        using var channel = GrpcChannel.ForAddress(host.Address.ToString());
        var info = await Client(channel, key).GetFlightInfo(FlightDescriptor.CreatePathDescriptor(Run, "extract.sales"), cancellationToken: Token);
        return Assert.Single(info.Endpoints).Ticket;
    }

    private static async Task<FlightTicket> RenewAsync(ShuffleStoreHost host, string key, FlightTicket ticket)
    {
        using var channel = GrpcChannel.ForAddress(host.Address.ToString());
        FlightTicket? renewed = null;
        await foreach (var result in Client(channel, key).DoAction(new FlightAction(ShuffleActions.RenewTicket, ticket.Ticket), cancellationToken: Token))
        {
            renewed = new FlightTicket(result.Body.ToArray());
        }

        return renewed!;
    }

    private static async Task<int> MessagesAsync(ShuffleStoreHost host, FlightTicket ticket)
    {
        using var channel = GrpcChannel.ForAddress(host.Address.ToString());
        var count = 0;
        await foreach (var _ in new FlightClient(channel).DoGet(ticket, cancellationToken: Token))
        {
            count++;
        }

        return count;
    }

    private static FlightClient Client(GrpcChannel channel, string key) =>
        new(channel, new FlightClientOptions { AuthorizationProvider = () => "Bearer " + key });

    private static async Task DeniedAsync(Func<Task> action) =>
        Assert.Equal(ShuffleError.Denied, (await Assert.ThrowsAsync<ShuffleException>(action)).Error);
}
