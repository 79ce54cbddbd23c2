using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Security;
using Executor.TestKit;
using Executor.TestKit.Certificates;
using Shuffle.Tests.Security;

namespace Shuffle.Tests.Channels;

public sealed class TlsTests : IAsyncLifetime
{
    private const string Run = "run-1";
    private const string Name = "executor-store.batch.svc";

    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _other = new();
    private readonly TlsFolder _folder = new();
    private readonly ManualTime _time = new();
    private ShuffleStoreHost _host = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _folder.Replace(_authority, Name);
        _host = await ShuffleStoreHost.StartAsync(
            new ShuffleStoreOptions { ObjectStore = new MemoryObjectStore(), Tls = _folder.Files, TimeProvider = _time }, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
        _authority.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task A_store_is_written_and_read_over_TLS_under_its_name()
    {
        Assert.Equal("https", _host.Address.Scheme);
        await using var channel = new FlightShuffleChannel(Options(new StoreTrust(_authority.CertificatePem, Name)));
        await using var records = new FlightRunRecords(Options(new StoreTrust(_authority.CertificatePem)));

        await channel.CommitAsync(await SampleData.WriteAsync(channel, SampleData.Writer(Run, 0), 1, [(0, SampleData.Numbers(1))], Token), Token);
        await records.SealAsync(SampleData.SealOf(Run, 1, 0), Token);
        var blocks = 0;
        await foreach (var _ in channel.ReadAsync(new ReadSelection(new SealId(Run, SampleData.Output, 0)), Token))
        {
            blocks++;
        }

        Assert.Equal(1, blocks);
    }

    [Fact]
    public async Task Nobody_else_is_taken_for_the_store()
    {
        foreach (var trust in (StoreTrust?[])[new(_other.CertificatePem, Name), new(_authority.CertificatePem, "executor-store.other.svc"), null])
        {
            await using var records = new FlightRunRecords(Options(trust));
            var failure = await Assert.ThrowsAsync<ShuffleException>(() => records.GetAsync(Run, RecordKeys.JournalAt(0), Token));
            Assert.Equal(ShuffleError.Unavailable, failure.Error);
            Assert.Contains("certificate", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_client_without_TLS_gets_nowhere()
    {
        await using var records = new FlightRunRecords(Options(null) with { Endpoints = [new Uri($"http://127.0.0.1:{_host.Address.Port}")] });
        Assert.Equal(ShuffleError.Unavailable, (await Assert.ThrowsAsync<ShuffleException>(() => records.GetAsync(Run, RecordKeys.JournalAt(0), Token))).Error);
    }

    [Fact]
    public async Task New_connections_are_shown_a_certificate_that_was_replaced_and_those_that_stand_go_on()
    {
        await using var before = new FlightRunRecords(Options(new StoreTrust(_authority.CertificatePem, Name)));
        Assert.Null(await before.CreateAsync(Run, RecordKeys.JournalAt(0), new byte[] { 1 }, Token));

        _folder.Replace(_other, Name);
        _time.Advance(ServerCertificate.CheckInterval);

        await using var after = new FlightRunRecords(Options(new StoreTrust(_other.CertificatePem, Name)));
        Assert.NotNull(await after.GetAsync(Run, RecordKeys.JournalAt(0), Token));
        Assert.NotNull(await before.GetAsync(Run, RecordKeys.JournalAt(0), Token));
    }

    [Fact]
    public void Authorities_that_are_none_are_refused_before_anything_is_tried() =>
        Assert.Throws<ArgumentException>(() => new FlightRunRecords(Options(new StoreTrust("nothing"))));

    private FlightChannelOptions Options(StoreTrust? trust) => new()
    {
        Endpoints = [_host.Address],
        Key = _host.OperatorKey,
        Trust = trust,
        MaxTries = 2,
        FirstDelay = TimeSpan.FromMilliseconds(1),
    };
}
