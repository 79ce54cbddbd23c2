using System.Buffers;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Ingest;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Segments;
using Executor.TestKit;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.Ingest;

public sealed class IngestorTests
{
    private static readonly IngestOptions Small = new() { WindowBytes = 1 << 20, BudgetBytes = 17 << 20 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_small_writers_share_segments()
    {
        await using var objects = new FaultyObjectStore(new MemoryObjectStore());
        await using var engine = new ShuffleEngine(objects, new ShuffleEngineOptions { Ingest = new IngestOptions { Linger = TimeSpan.FromMinutes(1), MaximumAge = TimeSpan.FromMinutes(1) } });
        await using var channel = new InProcessShuffleChannel(engine);
        var writers = new List<IShuffleWriter>();
        for (var i = 0; i < 200; i++)
        {
            writers.Add(await channel.OpenWriterAsync(SampleData.Target(SampleData.Writer("run", i), 1), SampleData.Schema(), Token));
            await writers[i].WriteAsync(SampleData.Block(i, 0, 0, SampleData.Numbers(i)), Token);
        }

        var segments = await Task.WhenAll(writers.Select(writer => writer.CompleteAsync(Token)));
        Assert.Single(segments.SelectMany(names => names).Distinct());
        Assert.Equal(1, objects.Count(ObjectOperations.Put));
    }

    [Fact]
    public async Task Memory_stays_within_the_budget_while_the_object_store_stands_still()
    {
        await using var objects = new FaultyObjectStore(new MemoryObjectStore());
        await using var engine = new ShuffleEngine(objects, new ShuffleEngineOptions { Ingest = Small });
        await using var channel = new InProcessShuffleChannel(engine);
        objects.CloseGate();
        var payload = SampleData.Numbers(new Random(1), 100_000);
        var writing = Enumerable.Range(0, 40).Select(i => Task.Run(
            () => SampleData.WriteAsync(channel, SampleData.Writer("run-" + (i % 3), i), 1, Enumerable.Repeat((0, payload), 4), Token), Token)).ToList();

        while (!engine.Ingestor.Budget.IsContended)
        {
            await Task.Yield();
        }

        Assert.InRange(engine.Ingestor.Budget.Used, 15 << 20, Small.BudgetBytes);
        Assert.DoesNotContain(writing, task => task.IsCompleted);
        objects.OpenGate();
        await Task.WhenAll(writing);
        Assert.Equal(0, engine.Ingestor.Budget.Used);
    }

    [Fact]
    public async Task Small_windows_of_many_runs_give_way_when_memory_is_short()
    {
        await using var engine = new ShuffleEngine(new MemoryObjectStore(), new ShuffleEngineOptions
        {
            Ingest = new IngestOptions { WindowBytes = 16 << 20, BudgetBytes = 32 << 20, Linger = TimeSpan.FromMinutes(1), MaximumAge = TimeSpan.FromMinutes(1) },
        });
        await using var channel = new InProcessShuffleChannel(engine);
        var payload = SampleData.Numbers(new Random(2), 300_000);
        for (var i = 0; i < 40; i++)
        {
            // No run alone fills its window, and nobody waits for an acknowledgement.
            var writer = await channel.OpenWriterAsync(SampleData.Target(SampleData.Writer($"run-{i}", 0), 1), SampleData.Schema(), Token);
            await writer.WriteAsync(SampleData.Block(0, 0, 0, payload), Token);
        }

        Assert.InRange(engine.Counters.Puts, 10, 40);
    }

    [Fact]
    public async Task More_streams_than_allowed_are_refused_with_a_time_to_come_back()
    {
        await using var engine = new ShuffleEngine(new MemoryObjectStore(), new ShuffleEngineOptions { Ingest = new IngestOptions { MaxOpenStreams = 2 } });
        await using var channel = new InProcessShuffleChannel(engine);
        var first = await channel.OpenWriterAsync(SampleData.Target(SampleData.Writer("run", 0), 1), SampleData.Schema(), Token);
        await using var second = await channel.OpenWriterAsync(SampleData.Target(SampleData.Writer("run", 1), 1), SampleData.Schema(), Token);
        var refused = await Assert.ThrowsAsync<ShuffleException>(
            () => channel.OpenWriterAsync(SampleData.Target(SampleData.Writer("run", 2), 1), SampleData.Schema(), Token));
        Assert.Equal(ShuffleError.ResourceExhausted, refused.Error);
        Assert.NotNull(refused.RetryAfter);
        await first.DisposeAsync();
        await using var third = await channel.OpenWriterAsync(SampleData.Target(SampleData.Writer("run", 2), 1), SampleData.Schema(), Token);
    }

    [Theory]
    [InlineData(Fault.Full, ShuffleError.ResourceExhausted)]
    [InlineData(Fault.Before, ShuffleError.Unavailable)]
    [InlineData(Fault.After, ShuffleError.Unavailable)]
    public async Task A_segment_that_cannot_be_written_fails_its_writers_and_gives_the_memory_back(Fault fault, ShuffleError expected)
    {
        await using var objects = new FaultyObjectStore(new MemoryObjectStore());
        await using var engine = new ShuffleEngine(objects);
        await using var channel = new InProcessShuffleChannel(engine);
        objects.FailAt(1, ObjectOperations.Put, fault);
        var failure = await Assert.ThrowsAsync<ShuffleException>(
            () => SampleData.WriteAsync(channel, SampleData.Writer("run", 0), 1, [(0, SampleData.Numbers(1))], Token));
        Assert.Equal(expected, failure.Error);
        Assert.Equal(0, engine.Ingestor.OpenStreams);

        CommitRecord again = await SampleData.WriteAsync(channel, SampleData.Writer("run", 0), 1, [(0, SampleData.Numbers(1))], Token);
        Assert.Single(again.Outputs[0].Segments);
        Assert.Equal(0, engine.Ingestor.Budget.Used);
    }

    [Fact]
    public async Task Whoever_goes_on_at_the_moment_that_a_segment_fails_is_told_why()
    {
        await using var objects = new FaultyObjectStore(new MemoryObjectStore());
        await using var engine = new ShuffleEngine(objects);
        objects.FailAt(1, ObjectOperations.Put, Fault.Before, forGood: true);
        var payload = new ReadOnlySequence<byte>(SampleData.Numbers(1));
        for (var round = 0; round < 500; round++)
        {
            var writer = SampleData.Writer("run", round);
            using var session = engine.Ingestor.Open("run", new BlockSource(SampleData.Output, round, 0, 1, writer.Incarnation), 1);
            await session.OfferAsync(SampleData.Block(round, 0, 0, SampleData.Numbers(1)).Header, payload, checksumIsKnown: true, Token);

            // The first time it is cut and written, which fails while the others are said.
            var failure = Assert.Throws<ShuffleException>((Action)GoOn);
            Assert.Equal(ShuffleError.Unavailable, failure.Error);

            void GoOn()
            {
                while (true)
                {
                    session.Wait();
                }
            }
        }
    }

    [Fact]
    public async Task A_lost_answer_to_a_commit_is_a_success_when_asked_again()
    {
        await using var objects = new FaultyObjectStore(new MemoryObjectStore());
        await using var engine = new ShuffleEngine(objects);
        await using var channel = new InProcessShuffleChannel(engine);
        var commit = await SampleData.WriteAsync(channel, SampleData.Writer("run", 0), 1, [(0, SampleData.Numbers(1))], Token);
        // The first create is the schema's, the second the commit's.
        objects.FailAt(2, ObjectOperations.Create, Fault.After);
        await Assert.ThrowsAsync<ShuffleException>(() => channel.CommitAsync(commit, Token));
        Assert.True((await channel.CommitAsync(commit, Token)).Won);
    }
}
