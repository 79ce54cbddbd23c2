using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.TestKit.S3;
using Shuffle.Tests.Channels;
using Shuffle.Tests.Objects.S3;

namespace Shuffle.Tests.Hosting;

/// <summary>Store processes on a bucket of a real server.</summary>
public sealed class S3StoreProcessTests
{
    private const string Run = "run-1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_process_acknowledged_another_one_of_the_same_bucket_serves_after_the_first_was_killed()
    {
        await using var bucket = new TestBucket();
        using var folder = new TemporaryFolder();
        var keyFile = Path.Combine(folder.Path, "store.key");
        using var first = await StoreProcess.StartAsync(keyFile, 0, Token, bucket.Flags(bucket.Server.Endpoint));
        using var second = await StoreProcess.StartAsync(keyFile, 0, Token, bucket.Flags(bucket.Server.Endpoint));
        var payload = SampleData.Numbers(new Random(1), 250_000);
        await using (var channel = Channel(first))
        {
            var done = await SampleData.WriteAsync(channel, SampleData.Writer(Run, 0), 2, Enumerable.Range(0, 24).Select(i => (i % 2, payload)), Token);
            await channel.CommitAsync(done, Token);
        }

        first.Kill();
        await using var reading = Channel(second);
        await using var records = new FlightRunRecords(Options(second));
        await records.SealAsync(SampleData.SealOf(Run, 2, 0), Token);
        var blocks = 0;
        await foreach (var block in reading.ReadAsync(new ReadSelection(new SealId(Run, SampleData.Output, 0)), Token))
        {
            Assert.Equal(payload.Length, block.Payload.Length);
            blocks++;
        }

        Assert.Equal(24, blocks);
        Assert.Empty((await records.VerifyAsync(Run, Token)).Losses);
        Assert.Equal(0, await second.TerminateAsync(Token));
    }

    [Fact]
    public async Task Data_passes_a_store_whose_bucket_fails_now_and_then()
    {
        const int seed = 20263;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        await using var bucket = new TestBucket();
        using var folder = new TemporaryFolder();
        var faults = new SeededFaults(
            seed, 0.15, ProxyFault.InternalError, ProxyFault.SlowDown, ProxyFault.ResetBefore, ProxyFault.ResetAfter, ProxyFault.ShortBody, ProxyFault.Trickle);
        await using var proxy = await FaultProxy.StartAsync(bucket.Server.Endpoint, _ => faults.Next());
        using var store = await StoreProcess.StartAsync(Path.Combine(folder.Path, "store.key"), 0, Token, [.. bucket.Flags(proxy.Address), "--s3-max-tries", "12"]);
        await using var channel = Channel(store);
        await using var records = new FlightRunRecords(Options(store));
        var payload = SampleData.Numbers(new Random(2), 20_000);
        for (var index = 0; index < 5; index++)
        {
            var done = await SampleData.WriteAsync(channel, SampleData.Writer(Run, index), 1, Enumerable.Repeat((0, payload), 4), Token);
            Assert.True((await channel.CommitAsync(done, Token)).Won);
        }

        await records.SealAsync(SampleData.SealOf(Run, 1, 0, 0, 0, 0, 0), Token);
        var blocks = 0;
        await foreach (var block in channel.ReadAsync(new ReadSelection(new SealId(Run, SampleData.Output, 0)), Token))
        {
            Assert.Equal(payload.Length, block.Payload.Length);
            blocks++;
        }

        Assert.Equal(20, blocks);
        Assert.Contains(proxy.Requests, entry => entry.Fault is not null);
    }

    [Fact]
    public async Task A_bucket_that_is_missing_ends_the_process_with_its_name()
    {
        await using var bucket = new TestBucket();
        using var folder = new TemporaryFolder();
        string[] flags = [.. bucket.Flags(bucket.Server.Endpoint), "--key-file", Path.Combine(folder.Path, "store.key"), "--listen", "127.0.0.1:0"];
        flags[1] = "no-such-bucket";
        var (code, error) = await StoreProcess.FailAsync(Token, flags);
        Assert.Equal(3, code);
        Assert.Contains("'no-such-bucket'", error, StringComparison.Ordinal);
        Assert.Contains("no such bucket", error, StringComparison.Ordinal);
    }

    private static FlightShuffleChannel Channel(StoreProcess store) => new(Options(store));

    private static FlightChannelOptions Options(StoreProcess store) => new() { Endpoints = [store.Address], Key = store.OperatorKey, MaxTries = 20, FirstDelay = TimeSpan.FromMilliseconds(50), MaxDelay = TimeSpan.FromMilliseconds(500) };
}
