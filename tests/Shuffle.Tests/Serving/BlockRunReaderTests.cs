using System.Buffers;
using Executor.Contracts.Integrity;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Buffers;
using Executor.Shuffle.Engine.Metrics;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Records;
using Executor.Shuffle.Engine.Segments;
using Executor.Shuffle.Engine.Serving;
using Executor.Shuffle.Engine.Usage;
using Executor.TestKit;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.Serving;

public sealed class BlockRunReaderTests : IDisposable
{
    private const string Run = "run";
    private const string Segment = "segment";
    private const int SlabBytes = 4 << 10;

    private static readonly BlockSource Source = new(SampleData.Output, 0, 0, 1, "pod-a");
    private static readonly ServingOptions Options = new() { ReadBytes = 16 << 10, GapBytes = 0 };

    private readonly ByteBudget _budget = new(256 << 10);
    private readonly SlabPool _slabs = new(SlabBytes);
    private readonly StoreInstruments _instruments = new();

    public void Dispose() => _instruments.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Blocks_of_any_size_come_whole_and_in_order_whatever_the_reads_are(int seed)
    {
        var random = new Random(seed);
        var blocks = Enumerable.Range(0, 200).Select(i => Block(i, random.Next(8) == 0 ? random.Next(100_000) : random.Next(3000), random)).ToArray();
        await using var objects = await StoreAsync(blocks);
        var served = await ReadAsync(objects, await RunsAsync(objects));
        Assert.Equal(blocks.Select(block => block.Header), served.Select(block => block.Header));
        Assert.All(served, block => Assert.Equal(block.Header.Crc32C, Crc32C.Of(block.Payload)));
        Assert.Equal(0, _budget.Used);
        Assert.InRange(_slabs.HeldBytes, SlabBytes, _budget.Capacity);
    }

    [Fact]
    public async Task Blocks_of_one_size_are_each_read_once()
    {
        var random = new Random(4);
        var blocks = Enumerable.Range(0, 64).Select(i => Block(i, 3000, random)).ToArray();
        await using var objects = await StoreAsync(blocks);
        var runs = await RunsAsync(objects);
        var before = objects.Counters;
        Assert.Equal(64, (await ReadAsync(objects, runs)).Count);

        // A block takes 3,072 bytes and a read brings five of them.
        Assert.Equal(13, objects.Counters.Gets - before.Gets);
        Assert.Equal(64 * 3072, objects.Counters.BytesRead - before.BytesRead);
    }

    [Fact]
    public async Task A_reader_never_holds_more_than_what_its_consumer_has_and_one_read_ahead()
    {
        var random = new Random(5);
        await using var objects = await StoreAsync([.. Enumerable.Range(0, 100).Select(i => Block(i, 3000, random))]);
        await ReadAsync(objects, await RunsAsync(objects));
        Assert.InRange(_budget.HighWater, 1, 2 * Options.ReadBytes);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 100)]
    public async Task Blocks_of_many_segments_come_in_order_however_many_reads_are_ahead(int seed, int readsAhead)
    {
        var random = new Random(seed);
        await using var objects = new MemoryObjectStore();
        var blocks = new List<SegmentBlock>();
        var runs = new List<PlannedRun>();
        for (var segment = 0; segment < 20; segment++)
        {
            var written = Enumerable.Range(segment * 10, 10).Select(i => Block(i, random.Next(8) == 0 ? random.Next(40_000) : random.Next(3000), random)).ToList();
            blocks.AddRange(written);
            runs.AddRange(await PutAsync(objects, segment, written));
        }

        var served = await ReadAsync(objects, runs, Options with { ReadsAhead = readsAhead });
        Assert.Equal(blocks.Select(block => block.Header), served.Select(block => block.Header));
        Assert.All(served, block => Assert.Equal(block.Header.Crc32C, Crc32C.Of(block.Payload)));
        Assert.Equal(0, _budget.Used);
    }

    [Fact]
    public async Task As_many_reads_as_asked_for_are_under_way_at_a_time_and_none_outlives_a_reader_that_is_left()
    {
        var random = new Random(6);
        await using var objects = new FaultyObjectStore(new MemoryObjectStore());
        var runs = new List<PlannedRun>();
        for (var segment = 0; segment < 8; segment++)
        {
            runs.AddRange(await PutAsync(objects, segment, [Block(segment, 3000, random)]));
        }

        objects.CloseGate(ObjectOperations.Get);
        var reader = new BlockRunReader(objects, new SlabBuffers(_slabs, _budget), Options with { ReadsAhead = 3 });
        await using var blocks = reader.ReadAsync(Run, runs, (_, reason) => Assert.Fail(reason), Token).GetAsyncEnumerator(Token);
        var first = blocks.MoveNextAsync().AsTask();
        for (var read = 0; read < 4; read++)
        {
            await objects.HeldAsync(Token);
        }

        // A fifth would have been started along with the others.
        Assert.Equal(0, objects.Held);
        objects.OpenGate();
        Assert.True(await first);
        await blocks.DisposeAsync();
        Assert.Equal(0, _budget.Used);
    }

    [Fact]
    public async Task What_is_read_ahead_leaves_half_of_the_memory()
    {
        var random = new Random(7);
        await using var objects = new MemoryObjectStore();
        var runs = new List<PlannedRun>();
        for (var segment = 0; segment < 8; segment++)
        {
            runs.AddRange(await PutAsync(objects, segment, [Block(segment, 3000, random)]));
        }

        await _budget.ReserveAsync("other", (_budget.Capacity / 2) - SlabBytes, Token);
        await ReadAsync(objects, runs, Options with { ReadsAhead = 3 });
        Assert.InRange(_budget.HighWater, 1, (_budget.Capacity / 2) + SlabBytes);
    }

    private static SegmentBlock Block(int sequence, int length, Random random)
    {
        var payload = SampleData.Bytes(random, length);
        return new SegmentBlock(Source, new BlockHeader(0, 0, sequence, 1, length, Crc32C.Of(payload)), new ReadOnlySequence<byte>(payload));
    }

    private async Task<MeteredObjectStore> StoreAsync(IReadOnlyList<SegmentBlock> blocks)
    {
        var objects = new MeteredObjectStore(new MemoryObjectStore(), _instruments, new UsageMeter());
        await objects.PutAsync(ObjectKeys.Segment(Run, Segment), SegmentWriter.Write(blocks), Token);
        return objects;
    }

    private static async Task<IEnumerable<PlannedRun>> PutAsync(IObjectStore objects, int segment, IReadOnlyList<SegmentBlock> blocks)
    {
        var name = $"{Segment}-{segment:00}";
        await objects.PutAsync(ObjectKeys.Segment(Run, name), SegmentWriter.Write(blocks), Token);
        var footer = await SegmentReader.ReadFooterAsync(objects, ObjectKeys.Segment(Run, name), Token);
        return footer!.Runs.Select(run => new PlannedRun(segment, name, footer, run));
    }

    private static async Task<IReadOnlyList<PlannedRun>> RunsAsync(IObjectStore objects)
    {
        var footer = await SegmentReader.ReadFooterAsync(objects, ObjectKeys.Segment(Run, Segment), Token);
        return [.. footer!.Runs.Select(run => new PlannedRun(0, Segment, footer, run))];
    }

    private async Task<List<ShuffleBlock>> ReadAsync(IObjectStore objects, IReadOnlyList<PlannedRun> runs, ServingOptions? options = null)
    {
        var reader = new BlockRunReader(objects, new SlabBuffers(_slabs, _budget), options ?? Options);
        var served = new List<ShuffleBlock>();
        await foreach (var block in reader.ReadAsync(Run, runs, (_, reason) => Assert.Fail(reason), Token))
        {
            served.Add(new ShuffleBlock(block.Block.Header, new ReadOnlySequence<byte>(block.Block.Payload.ToArray())));
        }

        return served;
    }
}
