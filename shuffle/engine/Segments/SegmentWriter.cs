using System.Buffers;
using Executor.Contracts.Integrity;
using Executor.Shuffle.Engine.Buffers;

namespace Executor.Shuffle.Engine.Segments;

/// <summary>Lays blocks out as a segment, leaving their payloads where they are.</summary>
public static class SegmentWriter
{
    private static readonly byte[] Zeros = new byte[SegmentLayout.Alignment];

    /// <summary>The segment's bytes. They refer to the blocks' payloads, which must stay as they are while the result is in use.</summary>
    /// <param name="blocks">The blocks of one run, in the order of <see cref="BlockOrder"/>.</param>
    public static ReadOnlySequence<byte> Write(IReadOnlyList<SegmentBlock> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        var sources = blocks.Select(block => block.Source).Distinct().Order(BlockSource.SegmentOrder).ToList();
        var places = sources.Select((source, place) => (source, place)).ToDictionary(pair => pair.source, pair => pair.place);
        var headers = new byte[blocks.Count * SegmentLayout.BlockHeaderBytes];
        var content = new ByteSequence();
        var runs = new List<BlockRun>();
        long payloadBytes = 0;
        for (var i = 0; i < blocks.Count; i++)
        {
            var block = blocks[i];
            var writer = places[block.Source];
            var header = headers.AsMemory(i * SegmentLayout.BlockHeaderBytes, SegmentLayout.BlockHeaderBytes);
            SegmentLayout.WriteBlockHeader(header.Span, writer, block.Source, block.Header);
            Extend(runs, writer, block.Header.Partition, content.Length, SegmentLayout.BlockBytes(block.Header.Length));
            content.Append(header);
            content.Append(block.Payload);
            content.Append(Zeros.AsMemory(0, (int)(SegmentLayout.Align(block.Header.Length) - block.Header.Length)));
            payloadBytes += block.Header.Length;
        }

        var tail = new ArrayBufferWriter<byte>((runs.Count * SegmentLayout.RunBytes) + 4096);
        FooterCodec.Write(tail, sources, runs);
        var trailer = new SegmentTrailer(content.Length, tail.WrittenCount, Crc32C.Of(tail.WrittenSpan), blocks.Count, payloadBytes);
        SegmentLayout.WriteTrailer(tail.GetSpan(SegmentLayout.TrailerBytes), trailer);
        tail.Advance(SegmentLayout.TrailerBytes);
        content.Append(tail.WrittenMemory);
        return content.ToSequence();
    }

    private static void Extend(List<BlockRun> runs, int writer, int partition, long offset, long length)
    {
        if (runs.Count > 0 && runs[^1] is var last && last.Writer == writer && last.Partition == partition)
        {
            runs[^1] = last with { Length = last.Length + length, Blocks = last.Blocks + 1 };
            return;
        }

        runs.Add(new BlockRun(writer, partition, offset, length, 1));
    }
}
