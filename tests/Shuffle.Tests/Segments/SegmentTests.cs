using System.Buffers;
using Executor.Contracts.Identity;
using Executor.Contracts.Integrity;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Segments;

namespace Shuffle.Tests.Segments;

public sealed class SegmentTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Blocks_come_back_where_the_footer_says()
    {
        var blocks = Sample(seed: 1, count: 200);
        var bytes = SegmentWriter.Write(blocks).ToArray();
        var footer = await ReadAsync(bytes);

        Assert.Equal(0, bytes.Length % 8);
        Assert.Equal(200, footer.Blocks);
        Assert.Equal(blocks.Sum(block => (long)block.Header.Length), footer.PayloadBytes);
        var next = 0;
        foreach (var run in footer.Runs)
        {
            var offset = run.Offset;
            for (var i = 0; i < run.Blocks; i++)
            {
                Assert.Equal(0, offset % 64);
                var size = SegmentReader.ReadBlockHeader(bytes.AsSpan((int)offset), footer, run, out var header);
                Assert.Equal(blocks[next].Header, header);
                Assert.Equal(blocks[next].Source, footer.Writers[run.Writer]);
                Assert.Equal(blocks[next].Payload.ToArray(), bytes.AsSpan((int)offset + 64, header.Length).ToArray());
                offset += size;
                next++;
            }

            Assert.Equal(run.Offset + run.Length, offset);
        }

        Assert.Equal(200, next);
    }

    [Fact]
    public async Task One_partition_of_one_output_is_contiguous()
    {
        var runs = await ReadAsync(SegmentWriter.Write(Sample(seed: 2, count: 300)).ToArray());
        var places = runs.Runs.Select(run => (runs.Writers[run.Writer].Output, run.Partition)).ToList();
        Assert.Equal(places.Distinct().Count(), places.Where((place, i) => i == 0 || place != places[i - 1]).Count());
    }

    [Fact]
    public async Task Any_changed_byte_of_the_footer_or_trailer_is_noticed()
    {
        var bytes = SegmentWriter.Write(Sample(seed: 3, count: 20)).ToArray();
        var footer = await ReadAsync(bytes);
        var begin = footer.Runs[^1].Offset + footer.Runs[^1].Length;
        for (var i = (int)begin; i < bytes.Length; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[i] ^= 0x40;
            await Assert.ThrowsAsync<SegmentFormatException>(() => ReadAsync(damaged));
        }
    }

    [Fact]
    public async Task Any_changed_byte_of_a_block_header_is_noticed()
    {
        var bytes = SegmentWriter.Write(Sample(seed: 4, count: 1)).ToArray();
        var footer = await ReadAsync(bytes);
        for (var i = 0; i < 64; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[i] ^= 1;
            Assert.Equal(0, SegmentReader.ReadBlockHeader(damaged, footer, footer.Runs[0], out _));
        }
    }

    [Fact]
    public async Task Truncated_and_random_objects_are_refused_and_nothing_worse()
    {
        const int seed = 5;
        var random = new Random(seed);
        var bytes = SegmentWriter.Write(Sample(seed, count: 50)).ToArray();
        for (var i = 0; i < 500; i++)
        {
            var broken = bytes[..random.Next(bytes.Length)];
            await Assert.ThrowsAsync<SegmentFormatException>(() => ReadAsync(broken));
            var noise = new byte[random.Next(400)];
            random.NextBytes(noise);
            await Assert.ThrowsAsync<SegmentFormatException>(() => ReadAsync(noise));
        }
    }

    [Fact]
    public async Task A_footer_that_lies_under_a_right_checksum_is_refused_before_memory_is_taken()
    {
        const int seed = 6;
        var random = new Random(seed);
        var bytes = SegmentWriter.Write(Sample(seed, count: 20)).ToArray();
        var trailerAt = bytes.Length - 64;
        var footerAt = (int)BitConverter.ToInt64(bytes, trailerAt + 16);
        for (var i = 0; i < 3000; i++)
        {
            var lying = (byte[])bytes.Clone();
            var at = random.Next(footerAt, trailerAt);
            lying[at] = (byte)random.Next(256);
            BitConverter.TryWriteBytes(lying.AsSpan(trailerAt + 28), Crc32C.Of(lying.AsSpan(footerAt, trailerAt - footerAt)));
            BitConverter.TryWriteBytes(lying.AsSpan(trailerAt + 60), Crc32C.Of(lying.AsSpan(trailerAt, 60)));
            try
            {
                var footer = await ReadAsync(lying);
                Assert.True(footer.Runs.All(run => run.Offset + run.Length <= footerAt), $"seed {seed}, byte {at}");
            }
            catch (SegmentFormatException)
            {
                // What is expected of most changes.
            }
        }
    }

    private static SegmentBlock[] Sample(int seed, int count)
    {
        var random = new Random(seed);
        var next = new Dictionary<BlockSource, int>();
        var blocks = Enumerable.Range(0, count).Select(_ =>
        {
            var output = new OutputId("task", random.Next(2) == 0 ? "left" : "right");
            var source = new BlockSource(output, random.Next(4), random.Next(2), 1 + random.Next(2), "pod-" + random.Next(2));
            var payload = new byte[random.Next(300)];
            random.NextBytes(payload);
            next[source] = next.GetValueOrDefault(source, -1) + 1;
            var header = new BlockHeader(source.Index, random.Next(5), next[source], random.Next(100), payload.Length, Crc32C.Of(payload));
            return new SegmentBlock(source, header, new ReadOnlySequence<byte>(payload));
        }).ToList();
        return BlockOrder.Sort(blocks, block => block.Source, block => (block.Header.Partition, block.Header.Sequence));
    }

    private static async Task<SegmentFooter> ReadAsync(byte[] bytes)
    {
        await using var objects = new MemoryObjectStore();
        await objects.PutAsync("segment", new ReadOnlySequence<byte>(bytes), Token);
        return (await SegmentReader.ReadFooterAsync(objects, "segment", Token))!;
    }
}
