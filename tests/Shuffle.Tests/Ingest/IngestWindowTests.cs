using Executor.Contracts.Identity;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Buffers;
using Executor.Shuffle.Engine.Ingest;
using Executor.Shuffle.Engine.Segments;

namespace Shuffle.Tests.Ingest;

public sealed class IngestWindowTests
{
    private static readonly OutputId Output = new("task", "out");

    [Fact]
    public void A_window_is_due_once_every_open_stream_waits()
    {
        var window = new IngestWindow<int>(1 << 20);
        var (a, b) = (window.Open(Source(0)), window.Open(Source(1)));
        window.Offer(a, Block(0, 0), 0);
        window.Wait(a);
        Assert.False(window.IsDue);
        Assert.True(window.IsAwaited);
        window.Wait(b);
        Assert.True(window.IsDue);
        window.Offer(b, Block(1, 0), 0);
        Assert.False(window.IsDue);
        window.Close(b);
        Assert.True(window.IsDue);
    }

    [Fact]
    public void A_stream_at_its_end_is_not_waited_for_though_its_blocks_are_acknowledged_in_parts()
    {
        var window = new IngestWindow<int>(1 << 20);
        var stream = window.Open(Source(0));
        window.Offer(stream, Block(0, 0), 0);
        var first = window.Cut()!;
        window.Offer(stream, Block(0, 1), 0);
        window.End(stream);
        Assert.True(window.IsDue);
        window.Complete(first.Number, "s1");
        Assert.True(window.IsDue);
        Assert.Throws<ShuffleException>(() => window.Offer(stream, Block(0, 2), 0));
    }

    [Fact]
    public void A_full_window_is_due_though_nobody_waits()
    {
        var window = new IngestWindow<int>(300);
        var stream = window.Open(Source(0));
        window.Offer(stream, Block(0, 0, 10), 0);
        Assert.False(window.IsDue);
        window.Offer(stream, Block(0, 1, 100), 0);
        Assert.True(window.IsDue);
    }

    [Fact]
    public void Few_blocks_of_ended_streams_are_cut_without_the_many_of_others()
    {
        var window = new IngestWindow<int>(1 << 20);
        var (longer, tiny) = (window.Open(Source(0)), window.Open(Source(1)));
        window.Offer(longer, Block(0, 0, 140_000), 0);
        window.Offer(tiny, Block(1, 0, 100), 0);
        window.Wait(tiny);
        Assert.Null(window.CutEnded());
        window.End(tiny);

        var cut = window.CutEnded()!;
        Assert.Equal([tiny], cut.Blocks.Select(block => block.Stream));
        Assert.Equal(1, window.PendingBlocks);
        Assert.False(window.IsAwaited);
        Assert.Null(window.CutEnded());
        Assert.Equal([tiny], window.Complete(cut.Number, "s1").Select(ack => ack.Stream));
        Assert.Equal([longer], window.Cut()!.Blocks.Select(block => block.Stream));
    }

    [Theory]
    [InlineData(130_000, 100)]
    [InlineData(200_000, 17_000)]
    public void Blocks_of_ended_streams_are_cut_with_those_of_others_if_these_are_few_or_they_themselves_are_many(int others, int ended)
    {
        var window = new IngestWindow<int>(1 << 20);
        var (longer, done) = (window.Open(Source(0)), window.Open(Source(1)));
        window.Offer(longer, Block(0, 0, others), 0);
        window.Offer(done, Block(1, 0, ended), 0);
        window.End(done);
        Assert.Null(window.CutEnded());
        Assert.Equal(2, window.Cut()!.Blocks.Count);
    }

    [Fact]
    public void What_ended_streams_took_away_counts_until_the_window_is_cut_as_a_whole()
    {
        var window = new IngestWindow<int>(1 << 20);
        var longer = window.Open(Source(0));
        window.Offer(longer, Block(0, 0, 500_000), 0);
        var cuts = 0;
        while (!window.IsDue)
        {
            var tiny = window.Open(Source(1));
            window.Offer(tiny, Block(1, 0, 15_000), 0);
            window.End(tiny);
            Assert.NotNull(window.CutEnded());
            window.Close(tiny);
            cuts++;
        }

        Assert.Equal(37, cuts);
        Assert.Single(window.Cut()!.Blocks);
        window.Offer(longer, Block(0, 1, 500_000), 0);
        Assert.False(window.IsDue);
    }

    [Fact]
    public void A_later_cut_is_acknowledged_only_with_the_earlier_one()
    {
        var window = new IngestWindow<int>(1 << 20);
        var stream = window.Open(Source(0));
        window.Offer(stream, Block(0, 0), 0);
        var first = window.Cut()!;
        window.Offer(stream, Block(0, 1), 0);
        var second = window.Cut()!;

        Assert.Empty(window.Complete(second.Number, "s2"));
        var acknowledgement = Assert.Single(window.Complete(first.Number, "s1"));
        Assert.Equal(1, acknowledgement.DurableSequence);
        Assert.Equal(["s1", "s2"], acknowledgement.Segments);
    }

    [Fact]
    public void A_failed_cut_breaks_its_streams_and_no_other()
    {
        var window = new IngestWindow<int>(1 << 20);
        var (a, b) = (window.Open(Source(0)), window.Open(Source(1)));
        window.Offer(a, Block(0, 0), 0);
        var first = window.Cut()!;
        window.Offer(a, Block(0, 1), 0);
        window.Offer(b, Block(1, 0), 0);
        var second = window.Cut()!;

        Assert.Equal([a], window.Fail(first.Number));
        Assert.Equal([b], window.Complete(second.Number, "s").Select(ack => ack.Stream));
        Assert.Equal(ShuffleError.Invalid, Assert.Throws<ShuffleException>(() => window.Offer(a, Block(0, 2), 0)).Error);
        window.Offer(b, Block(1, 1), 0);
    }

    [Fact]
    public void A_stream_may_begin_anywhere_and_then_must_follow()
    {
        var window = new IngestWindow<int>(1 << 20);
        var stream = window.Open(Source(0));
        window.Offer(stream, Block(0, 7), 0);
        Assert.Throws<ShuffleException>(() => window.Offer(stream, Block(0, 9), 0));
        Assert.Throws<ShuffleException>(() => window.Offer(stream, Block(1, 8), 0));
        window.Offer(stream, Block(0, 8), 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Under_any_order_of_events_nothing_is_acknowledged_before_it_is_durable(int seed)
    {
        var random = new Random(seed);
        var cutEnded = 0;
        for (var world = 0; world < 100; world++)
        {
            cutEnded += Explore(random, $"seed {seed}, world {world}");
        }

        Assert.True(cutEnded > 0, $"seed {seed}");
    }

    [Fact]
    public void What_a_block_takes_beside_its_bytes_is_no_more_than_it_is_charged_for()
    {
        const int Count = 20_000;
        var window = new IngestWindow<PooledPayload>(1 << 30);
        var slabs = new SlabPool(1 << 20);
        using var arena = new SlabArena(slabs);
        Take(0, 1000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Take(1000, Count);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Count, 100, RunIngest.Charge(8));

        void Take(int index, int count)
        {
            var stream = window.Open(Source(index));
            for (var sequence = 0; sequence < count; sequence++)
            {
                window.Offer(stream, Block(index, sequence, 8), arena.Take(8));
            }

            SegmentWriter.Write([.. window.Cut()!.Blocks.Select(block => new SegmentBlock(block.Source, block.Header, block.Payload.Bytes))]);
        }
    }

    private static int Explore(Random random, string name)
    {
        var cutEnded = 0;
        var window = new IngestWindow<(int Stream, int Sequence)>(random.Next(200, 20_000));
        var next = new Dictionary<int, int>();
        var offered = new HashSet<(int Stream, int Sequence)>();
        var cut = new HashSet<(int Stream, int Sequence)>();
        var durable = new Dictionary<(int Stream, int Sequence), string>();
        var acknowledged = new Dictionary<int, int>();
        var inFlight = new List<WindowCut<(int Stream, int Sequence)>>();
        var broken = new HashSet<int>();
        var ended = new HashSet<int>();
        for (var step = 0; step < 200; step++)
        {
            var live = next.Keys.Where(stream => !broken.Contains(stream) && !ended.Contains(stream)).ToList();
            switch (random.Next(9))
            {
                case 0 when live.Count < 4:
                    next.Add(window.Open(Source(0)), 0);
                    break;
                case 1 or 2 or 3 when live.Count > 0:
                    var stream = live[random.Next(live.Count)];
                    window.Offer(stream, Block(0, next[stream], random.Next(200), random.Next(3)), (stream, next[stream]));
                    offered.Add((stream, next[stream]++));
                    break;
                case 4 when live.Count > 0:
                    window.Wait(live[random.Next(live.Count)]);
                    break;
                case 8 when live.Count > 1:
                    var last = live[random.Next(live.Count)];
                    window.End(last);
                    ended.Add(last);
                    break;
                case 5 when window.IsDue || random.Next(4) == 0:
                    var partly = window.CutEnded();
                    cutEnded += partly is null ? 0 : 1;
                    if ((partly ?? window.Cut()) is { } taken)
                    {
                        Assert.True(partly is null || taken.Blocks.All(block => ended.Contains(block.Stream)), name);
                        Assert.All(taken.Blocks, block => Assert.True(cut.Add(block.Payload), name));
                        var order = taken.Blocks.Select(block => (block.Header.Partition, block.Header.Sequence)).ToList();
                        Assert.Equal(order.Order(), order);
                        inFlight.Add(taken);
                    }

                    break;
                case 6 when inFlight.Count > 0:
                    var done = inFlight[random.Next(inFlight.Count)];
                    inFlight.Remove(done);
                    if (random.Next(5) == 0)
                    {
                        broken.UnionWith(window.Fail(done.Number));
                        break;
                    }

                    foreach (var block in done.Blocks)
                    {
                        durable.Add(block.Payload, $"s{done.Number}");
                    }

                    foreach (var acknowledgement in window.Complete(done.Number, $"s{done.Number}"))
                    {
                        var before = acknowledged.GetValueOrDefault(acknowledgement.Stream, -1);
                        Assert.True(acknowledgement.DurableSequence > before, name);
                        for (var sequence = before + 1; sequence <= acknowledgement.DurableSequence; sequence++)
                        {
                            Assert.True(durable.TryGetValue((acknowledgement.Stream, sequence), out var segment), name);
                            Assert.Contains(segment, acknowledgement.Segments);
                        }

                        acknowledged[acknowledgement.Stream] = acknowledgement.DurableSequence;
                    }

                    break;
                case 7 when next.Count > 0 && random.Next(10) == 0:
                    var closed = next.Keys.ElementAt(random.Next(next.Count));
                    window.Close(closed);
                    next.Remove(closed);
                    break;
            }
        }

        foreach (var rest in inFlight)
        {
            window.Complete(rest.Number, "rest");
        }

        if (window.Cut() is { } remaining)
        {
            Assert.All(remaining.Blocks, block => Assert.True(cut.Add(block.Payload), name));
        }

        Assert.Equal(offered.Order(), cut.Order());
        Assert.Equal(0, window.PendingBytes);
        return cutEnded;
    }

    private static BlockSource Source(int index) => new(Output, index, 0, 1, "pod");

    private static BlockHeader Block(int index, int sequence, int length = 0, int partition = 0) => new(index, partition, sequence, 1, length, 0);
}
