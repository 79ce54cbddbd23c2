using System.Buffers;
using System.Security.Cryptography;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Records;
using Executor.Shuffle.Engine.Usage;
using Executor.TestKit;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.Usage;

/// <summary>What runs cost: counted by run, and told after the process that counted is gone.</summary>
public sealed class UsageTests
{
    private const string Run = "run-1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("runs/run-1", "run-1")]
    [InlineData("runs/", null)]
    [InlineData("1f/run-1/", "run-1")]
    [InlineData("1f/run-1/segments/aa", "run-1")]
    [InlineData("1f/run-1", null)]
    [InlineData("", null)]
    [InlineData("probe/x/y", null)]
    public void A_key_tells_its_run(string key, string? run) => Assert.Equal(run, ObjectKeys.RunOf(key));

    [Fact]
    public async Task Requests_and_bytes_are_counted_for_the_run_that_they_are_for()
    {
        await using var objects = new FaultyObjectStore(new MemoryObjectStore());
        await using var host = await StartAsync(objects);
        var (puts, gets) = (Count(objects, ObjectOperations.Create | ObjectOperations.Put), Count(objects, ObjectOperations.Get));
        await WriteAsync(host, Run, 3);
        var ofFirst = (Puts: Count(objects, ObjectOperations.Create | ObjectOperations.Put) - puts, Gets: Count(objects, ObjectOperations.Get) - gets);
        await WriteAsync(host, "run-2", 1);

        var usage = await host.Records.GetUsageAsync(Run, Token);

        Assert.Equal(ofFirst.Puts, usage.Requests.Puts);
        Assert.Equal(ofFirst.Gets, usage.Requests.Gets);
        Assert.True(usage.Requests.Lists > 0, "a seal is looked for by listing, as what is stored is");
        Assert.Equal(0, usage.Requests.Deletes);
        Assert.Equal(usage.Stored.Bytes, usage.Requests.BytesWritten - MarkerBytes);
        Assert.Equal(await host.Records.GetStatisticsAsync(Run, Token), usage.Stored);
        Assert.True((await host.Records.GetUsageAsync("run-2", Token)).Requests.Puts < usage.Requests.Puts);
        Assert.Equal(RequestCounts.None with { Lists = 0 }, (await host.Records.GetUsageAsync("run-3", Token)).Requests with { Lists = 0 });
    }

    [Fact]
    public async Task What_a_store_has_counted_is_told_by_another_one_after_it_has_ended()
    {
        await using var objects = new MemoryObjectStore();
        RequestCounts counted;
        await using (var first = await StartAsync(objects))
        {
            await WriteAsync(first, Run, 10);
            counted = (await first.Records.GetUsageAsync(Run, Token)).Requests;
        }

        await using var second = await StartAsync(objects);
        var told = (await second.Records.GetUsageAsync(Run, Token)).Requests;
        Assert.Equal(counted.Puts, told.Puts);
        Assert.Equal(counted.Gets, told.Gets - GetsOfTelling);
        Assert.Equal(counted.BytesRead, told.BytesRead - (await UsageBytesAsync(objects)));

        // Asked again, it tells the same but for the asking.
        Assert.Equal(told.Puts, (await second.Records.GetUsageAsync(Run, Token)).Requests.Puts);
    }

    [Fact]
    public async Task A_busy_run_is_written_down_now_and_then_and_a_tiny_one_is_not()
    {
        await using var objects = new MemoryObjectStore();
        var time = new ManualTime();
        await using var host = await StartAsync(objects, time);
        await WriteAsync(host, "tiny", 1);
        await WriteAsync(host, Run, 40);
        var before = (await host.Records.GetUsageAsync(Run, Token)).Requests.Requests;
        Assert.True(before >= UsageRecords.EnoughWhileBusy, $"{before} requests");
        await host.Engine.Usage.WriteAsync(isLast: false, Token);
        Assert.Single(await UsageKeysAsync(objects, Run));

        // The record is one object that is replaced, and its own writing is not worth another.
        for (var i = 0; i < 20; i++)
        {
            await host.Engine.Usage.WriteAsync(isLast: false, Token);
        }

        Assert.Single(await UsageKeysAsync(objects, Run));
        var after = (await host.Records.GetUsageAsync(Run, Token)).Requests.Requests;
        Assert.InRange(after - before, 1, 10);
        Assert.Empty(await UsageKeysAsync(objects, "tiny"));
    }

    [Fact]
    public async Task The_timer_of_a_store_has_it_written_down()
    {
        await using var objects = new MemoryObjectStore();
        var time = new ManualTime();
        await using var host = await StartAsync(objects, time);
        await WriteAsync(host, Run, 40);
        await Poll.UntilAsync(
            async () =>
            {
                time.Advance(UsageRecorder.Period);
                return (await UsageKeysAsync(objects, Run)).Count == 1;
            },
            TimeSpan.FromSeconds(30), () => "the record", Token);
    }

    [Fact]
    public async Task A_deleted_run_does_not_come_back_as_a_count()
    {
        await using var objects = new MemoryObjectStore();
        await using var first = await StartAsync(objects);
        await using (var second = await StartAsync(objects))
        {
            await WriteAsync(first, Run, 10);
            for (var i = 0; i < 30; i++)
            {
                await second.Records.GetAsync(Run, RecordKeys.Blob("aa"), Token);
            }

            await first.Records.DeleteRunAsync(Run, Token);
        }

        Assert.Empty(await KeysAsync(objects, ObjectKeys.Run(Run)));
        Assert.Empty(await KeysAsync(objects, ObjectKeys.Markers));
    }

    [Fact]
    public async Task A_store_that_was_killed_has_at_least_paid_for_what_is_there()
    {
        await using var objects = new MemoryObjectStore();
        var killed = await StartAsync(objects);
        await WriteAsync(killed, Run, 2);
        await using var host = await StartAsync(objects);
        var usage = await host.Records.GetUsageAsync(Run, Token);
        Assert.Equal(usage.Stored.Objects, usage.Requests.Puts);
        Assert.Equal(usage.Stored.Bytes, usage.Requests.BytesWritten);
        await killed.DisposeAsync();
    }

    [Fact]
    public async Task A_client_that_knows_several_stores_is_told_what_each_has_counted_and_not_written_down_yet()
    {
        await using var objects = new MemoryObjectStore();
        var key = RandomNumberGenerator.GetBytes(32);
        await using var first = await StartAsync(objects, masterKey: key);
        await using var second = await StartAsync(objects, masterKey: key);
        await WriteAsync(first, Run, 3);
        for (var i = 0; i < 5; i++)
        {
            await second.Records.GetAsync(Run, RecordKeys.Blob("aa"), Token);
        }

        Assert.Empty(await UsageKeysAsync(objects, Run));
        var apart = (await first.Records.GetUsageAsync(Run, Token)).Requests;
        await using var records = new FlightRunRecords(new FlightChannelOptions { Endpoints = [first.Address, second.Address], Key = first.OperatorKey });
        var told = (await records.GetUsageAsync(Run, Token)).Requests;

        Assert.Equal(2, (await UsageKeysAsync(objects, Run)).Count);
        Assert.InRange(told.Gets - apart.Gets, 5, 10);
        Assert.InRange(told.Puts - apart.Puts, 1, 2);

        // Each store has one record, which it replaces.
        Assert.True((await records.GetUsageAsync(Run, Token)).Requests.Gets > told.Gets);
        Assert.Equal(2, (await UsageKeysAsync(objects, Run)).Count);
    }

    [Fact]
    public async Task A_damaged_count_is_left_out_and_no_client_makes_one()
    {
        await using var objects = new MemoryObjectStore();
        await using var host = await StartAsync(objects);
        await WriteAsync(host, Run, 1);
        foreach (var content in (byte[][])[[], [1, 2, 3], RecordEnvelope.Wrap("[]"u8.ToArray()).ToArray()])
        {
            await objects.PutAsync(ObjectKeys.Record(Run, RecordKeys.Usage + content.Length), new ReadOnlySequence<byte>(content), Token);
        }

        Assert.True((await host.Records.GetUsageAsync(Run, Token)).Requests.Puts > 0);
        var failure = await Assert.ThrowsAsync<ShuffleException>(() => host.Records.CreateAsync(Run, RecordKeys.Usage + "x", new byte[1], Token));
        Assert.Equal(ShuffleError.Invalid, failure.Error);
    }

    [Fact]
    public async Task The_operator_alone_is_told_over_the_wire()
    {
        await using var objects = new MemoryObjectStore();
        await using var host = await StartAsync(objects);
        await WriteAsync(host, Run, 1);
        await using var records = new FlightRunRecords(new FlightChannelOptions { Endpoints = [host.Address], Key = host.OperatorKey });
        Assert.Equal(await host.Records.GetStatisticsAsync(Run, Token), (await records.GetUsageAsync(Run, Token)).Stored);
        await using var task = new FlightRunRecords(new FlightChannelOptions { Endpoints = [host.Address], Key = host.RunKeyOf(Run) });
        Assert.Equal(ShuffleError.Denied, (await Assert.ThrowsAsync<ShuffleException>(() => task.GetUsageAsync(Run, Token))).Error);
    }

    private const int MarkerBytes = 33 + RecordEnvelope.Overhead;

    private const int GetsOfTelling = 1;

    private static int Count(FaultyObjectStore objects, ObjectOperations kinds) => objects.Count(kinds);

    private static Task<ShuffleStoreHost> StartAsync(IObjectStore objects, TimeProvider? time = null, byte[]? masterKey = null) => ShuffleStoreHost.StartAsync(
        new ShuffleStoreOptions
        {
            ObjectStore = objects,
            MasterKey = masterKey is null ? (ReadOnlyMemory<byte>?)null : masterKey,
            RecordUsage = true,
            TimeProvider = time ?? TimeProvider.System,
            Engine = new() { Ingest = new() { Linger = TimeSpan.Zero } },
        },
        Token);

    /// <summary>So many instances, each with a segment of its own, and their seal.</summary>
    private static async Task WriteAsync(ShuffleStoreHost host, string run, int instances)
    {
        for (var index = 0; index < instances; index++)
        {
            var commit = await SampleData.WriteAsync(host.Channel, SampleData.Writer(run, index), 1, [(0, SampleData.Numbers(index))], Token);
            await host.Channel.CommitAsync(commit, Token);
        }

        await host.Records.SealAsync(SampleData.SealOf(run, 1, new int[instances]), Token);
    }

    private static Task<List<string>> UsageKeysAsync(MemoryObjectStore objects, string run) => KeysAsync(objects, ObjectKeys.Record(run, RecordKeys.Usage));

    private static async Task<long> UsageBytesAsync(MemoryObjectStore objects)
    {
        long bytes = 0;
        await foreach (var entry in objects.ListAsync(ObjectKeys.Record(Run, RecordKeys.Usage), Token))
        {
            bytes += entry.Length;
        }

        return bytes;
    }

    private static async Task<List<string>> KeysAsync(MemoryObjectStore objects, string prefix)
    {
        var keys = new List<string>();
        await foreach (var entry in objects.ListAsync(prefix, Token))
        {
            keys.Add(entry.Key);
        }

        return keys;
    }
}
