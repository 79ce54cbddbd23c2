using System.Buffers;
using Executor.Contracts.Integrity;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Buffers;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Records;
using Executor.Shuffle.Engine.Segments;
using Executor.Shuffle.Engine.Serving;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.Serving;

public sealed class BlockRunReaderTests
{
    private const string Run = "run";
    private const string Segment = "segment";
    private const int SlabBytes = 4 << 10;

    private static readonly BlockSource Source = new(SampleData.Output, 0, 0, 1, "pod-a");
    private static readonly ServingOptions Options = new() { ReadBytes = 16 << 10, GapBytes = 0 };

    private readonly ByteBudget _budget = new(256 << 10);
    private readonly SlabPool _slabs = new(SlabBytes);

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

    private static SegmentBlock Block(int sequence, int length, Random random)
    {
        var payload = SampleData.Bytes(random, length);
        return new SegmentBlock(Source, new BlockHeader(0, 0, sequence, 1, length, Crc32C.Of(payload)), new ReadOnlySequence<byte>(payload));
    }

    private static async Task<CountingObjectStore> StoreAsync(IReadOnlyList<SegmentBlock> blocks)
    {
        var objects = new CountingObjectStore(new MemoryObjectStore());
        await objects.PutAsync(ObjectKeys.Segment(Run, Segment), SegmentWriter.Write(blocks), Token);
        return objects;
    }

    private static async Task<IReadOnlyList<PlannedRun>> RunsAsync(IObjectStore objects)
    {
        var footer = await SegmentReader.ReadFooterAsync(objects, ObjectKeys.Segment(Run, Segment), Token);
        return [.. footer!.Runs.Select(run => new PlannedRun(0, Segment, footer, run))];
    }

    private async Task<List<ShuffleBlock>> ReadAsync(IObjectStore objects, IReadOnlyList<PlannedRun> runs)
    {
        var reader = new BlockRunReader(objects, new SlabBuffers(_slabs, _budget), Options);
        var served = new List<ShuffleBlock>();
        await foreach (var block in reader.ReadAsync(Run, runs, (_, reason) => Assert.Fail(reason), Token))
        {
            served.Add(new ShuffleBlock(block.Block.Header, new ReadOnlySequence<byte>(block.Block.Payload.ToArray())));
        }

        return served;
    }
}
