using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Serving;
using Executor.TestKit;

namespace Shuffle.Tests.Channels;

/// <summary>Two store pods over one object store, of which one goes away or fails at a bad moment.</summary>
public sealed class FailOverTests
{
    private const string Run = "run-1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_writer_whose_segment_was_not_written_sends_it_again()
    {
        await using var objects = new FaultyObjectStore(new MemoryObjectStore());
        await using var host = await StartAsync(objects);
        await using var channel = Connect(host);
        foreach (var fault in (Fault[])[Fault.Before, Fault.After, Fault.Full])
        {
            objects.FailAt(1, ObjectOperations.Put, fault);
            var index = (int)fault;
            var commit = await SampleData.WriteAsync(channel, SampleData.Writer(Run, index), 1, [(0, SampleData.Numbers(1)), (0, SampleData.Numbers(2))], Token);
            Assert.Equal(2, commit.Outputs[0].Partitions[0].Blocks);
            await channel.CommitAsync(commit, Token);
        }

        await host.Records.SealAsync(SampleData.SealOf(Run, 1, 0, 0, 0), Token);
        Assert.Equal(6, await CountAsync(channel));
    }

    [Fact]
    public async Task A_writer_goes_on_at_another_pod_with_what_was_not_acknowledged()
    {
        await using var objects = new FaultyObjectStore(new MemoryObjectStore());
        var hosts = new List<ShuffleStoreHost> { await StartAsync(objects), await StartAsync(objects) };
        await using var channel = Connect([.. hosts]);
        var writer = SampleData.Writer(Run, 0);
        await using var output = await channel.OpenWriterAsync(SampleData.Target(writer, 1), SampleData.Schema(), Token);
        var payload = SampleData.Numbers(new Random(1), 200_000);
        var totals = new PartitionStatistics(0, 0, 0, 0, 0);
        for (var i = 0; i < 30; i++)
        {
            if (i is 10)
            {
                // Whichever of the two serves the writer: the other one is left, and then it alone.
                await hosts[0].DisposeAsync();
            }

            var block = SampleData.Block(0, 0, i, payload);
            await output.WriteAsync(block, Token);
            totals = totals.PlusBlock(1, payload.Length, Executor.Contracts.Integrity.BlockDigest.Of(0, i, block.Header.Crc32C));
        }

        var segments = await output.CompleteAsync(Token);
        await channel.CommitAsync(
            new CommitRecord
            {
                Writer = writer,
                Definition = "d",
                TaskDefinition = SampleData.TaskDefinition,
                Outputs = [new OutputCommit { Name = SampleData.Output.Output, Schema = SampleData.Schema(), Segments = segments, Partitions = [totals] }],
            },
            Token);
        await hosts[1].Records.SealAsync(SampleData.SealOf(Run, 1, 0), Token);
        Assert.Equal(30, await CountAsync(channel));
        await hosts[1].DisposeAsync();
    }

    [Fact]
    public async Task A_reader_goes_on_behind_the_last_block_when_the_store_fails_in_between()
    {
        await using var objects = new FaultyObjectStore(new MemoryObjectStore());
        await using var host = await StartAsync(objects);
        await using var channel = Connect(host);
        var random = new Random(2);
        for (var index = 0; index < 3; index++)
        {
            var blocks = Enumerable.Range(0, 40).Select(i => (i % 3, SampleData.Numbers(random, 2000))).ToList();
            await channel.CommitAsync(await SampleData.WriteAsync(channel, SampleData.Writer(Run, index), 3, blocks, Token), Token);
        }

        await host.Records.SealAsync(SampleData.SealOf(Run, 3, 0, 0, 0), Token);
        Assert.Equal(120, await CountAsync(channel));

        var gets = objects.Count(ObjectOperations.Get);
        Assert.Equal(120, await CountAsync(channel));
        gets = objects.Count(ObjectOperations.Get) - gets;
        Assert.InRange(gets, 10, 1000);
        for (var number = 1; number <= gets; number += 5)
        {
            objects.FailAt(number, ObjectOperations.Get, Fault.Before);
            Assert.Equal(120, await CountAsync(channel));
            objects.Heal();
        }
    }

    [Fact]
    public async Task A_reader_resumes_exactly_where_blocks_lie_twice_too()
    {
        await using var objects = new FaultyObjectStore(new MemoryObjectStore());
        await using var host = await StartAsync(objects);
        await using var channel = Connect(host);
        var blocks = Enumerable.Range(0, 40).Select(i => (i % 2, SampleData.Numbers(new Random(i), 1500))).ToList();
        var first = await SampleData.WriteAsync(channel, SampleData.Writer(Run, 0), 2, blocks, Token);
        var second = await SampleData.WriteAsync(channel, SampleData.Writer(Run, 0), 2, blocks, Token);
        var both = first.Outputs[0] with { Segments = [.. first.Outputs[0].Segments.Union(second.Outputs[0].Segments)] };
        await channel.CommitAsync(first with { Outputs = [both] }, Token);
        await host.Records.SealAsync(SampleData.SealOf(Run, 2, 0), Token);
        for (var number = 3; number < 30; number += 4)
        {
            objects.FailAt(number, ObjectOperations.Get, Fault.Before);
            Assert.Equal(40, await CountAsync(channel));
            objects.Heal();
        }
    }

    [Fact]
    public async Task Lost_answers_to_commits_and_records_are_asked_for_again()
    {
        await using var objects = new FaultyObjectStore(new MemoryObjectStore());
        await using var host = await StartAsync(objects);
        await using var channel = Connect(host);
        await using var records = new FlightRunRecords(Options(host));
        var commit = await SampleData.WriteAsync(channel, SampleData.Writer(Run, 0), 1, [(0, SampleData.Numbers(1))], Token);
        for (var number = 1; number <= 2; number++)
        {
            objects.FailAt(number, ObjectOperations.Create, Fault.After);
        }

        Assert.True((await channel.CommitAsync(commit, Token)).Won);
        objects.FailAt(1, ObjectOperations.Create, Fault.After);
        Assert.Equal([7], (await records.CreateAsync(Run, RecordKeys.JournalAt(0), new byte[] { 7 }, Token))!.Value.ToArray());
        objects.FailAt(1, ObjectOperations.Create, Fault.After);
        Assert.NotNull(await records.SealAsync(SampleData.SealOf(Run, 1, 0), Token));
    }

    [Fact]
    public async Task A_store_that_stays_away_is_unavailable_after_the_last_try()
    {
        var host = await StartAsync(new FaultyObjectStore(new MemoryObjectStore()));
        await using var channel = new FlightShuffleChannel(Options(host) with { MaxTries = 3, FirstDelay = TimeSpan.Zero });
        await host.DisposeAsync();
        var failure = await Assert.ThrowsAsync<ShuffleException>(() => channel.GetSealAsync(new SealId(Run, SampleData.Output, 0), Token));
        Assert.Equal(ShuffleError.Unavailable, failure.Error);
    }

    [Fact]
    public async Task A_reader_that_takes_its_time_does_not_hold_up_others()
    {
        await using var objects = new FaultyObjectStore(new MemoryObjectStore());
        await using var host = await StartAsync(objects);
        await using var channel = Connect(host);
        var payload = SampleData.Numbers(new Random(3), 100_000);
        await channel.CommitAsync(await SampleData.WriteAsync(channel, SampleData.Writer(Run, 0), 1, Enumerable.Repeat((0, payload), 60), Token), Token);
        await host.Records.SealAsync(SampleData.SealOf(Run, 1, 0), Token);

        await using var slow = channel.ReadAsync(Selection, Token).GetAsyncEnumerator(Token);
        Assert.True(await slow.MoveNextAsync());
        Assert.Equal(60, await CountAsync(channel));
        var rest = 1;
        while (await slow.MoveNextAsync())
        {
            rest++;
        }

        Assert.Equal(60, rest);
    }

    private static ReadSelection Selection => new(new SealId(Run, SampleData.Output, 0));

    private static Task<ShuffleStoreHost> StartAsync(FaultyObjectStore objects) => ShuffleStoreHost.StartAsync(
        new ShuffleStoreOptions
        {
            ObjectStore = objects,
            MasterKey = new byte[32],
            Engine = new ShuffleEngineOptions { Serving = new ServingOptions { ReadBytes = 64 << 10 } },
        },
        Token);

    private static FlightShuffleChannel Connect(params ShuffleStoreHost[] hosts) => new(Options(hosts));

    private static FlightChannelOptions Options(params ShuffleStoreHost[] hosts) =>
        new() { Endpoints = [.. hosts.Select(host => host.Address)], Key = hosts[0].OperatorKey, FirstDelay = TimeSpan.FromMilliseconds(1) };

    private static async Task<int> CountAsync(FlightShuffleChannel channel)
    {
        var seen = new HashSet<(int, int)>();
        await foreach (var block in channel.ReadAsync(Selection, Token))
        {
            Assert.True(seen.Add((block.Header.Index, block.Header.Sequence)));
        }

        return seen.Count;
    }
}
