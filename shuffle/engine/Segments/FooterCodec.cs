using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Executor.Contracts.Identity;
using Executor.Contracts.Integrity;

namespace Executor.Shuffle.Engine.Segments;

/// <summary>
/// The footer's bytes; numbers little-endian, 4 bytes where not said otherwise.
/// <code>
/// outputs | writers | runs | zero
/// per output: length (1 byte), "task.output"
/// per writer: output, index, generation, attempt, length (1 byte), incarnation
/// zeros up to a multiple of 8
/// per run:    writer, partition, offset (8 bytes), length (8 bytes), blocks, zero
/// </code>
/// </summary>
internal static class FooterCodec
{
    private const int LeastOutputBytes = 1 + 3;
    private const int LeastWriterBytes = 16 + 1 + 1;

    internal static void Write(ArrayBufferWriter<byte> target, IReadOnlyList<BlockSource> writers, IReadOnlyList<BlockRun> runs)
    {
        var outputs = writers.Select(writer => writer.Output).Distinct().ToList();
        var places = outputs.Select((output, place) => (output, place)).ToDictionary(pair => pair.output, pair => pair.place);
        Write(target, outputs.Count);
        Write(target, writers.Count);
        Write(target, runs.Count);
        Write(target, 0);
        foreach (var output in outputs)
        {
            Write(target, output.ToString());
        }

        foreach (var writer in writers)
        {
            Write(target, places[writer.Output]);
            Write(target, writer.Index);
            Write(target, writer.Generation);
            Write(target, writer.Attempt);
            Write(target, writer.Incarnation);
        }

        var padding = -target.WrittenCount & 7;
        target.GetSpan(8)[..padding].Clear();
        target.Advance(padding);
        foreach (var run in runs)
        {
            var span = target.GetSpan(SegmentLayout.RunBytes)[..SegmentLayout.RunBytes];
            BinaryPrimitives.WriteInt32LittleEndian(span, run.Writer);
            BinaryPrimitives.WriteInt32LittleEndian(span[4..], run.Partition);
            BinaryPrimitives.WriteInt64LittleEndian(span[8..], run.Offset);
            BinaryPrimitives.WriteInt64LittleEndian(span[16..], run.Length);
            BinaryPrimitives.WriteInt32LittleEndian(span[24..], run.Blocks);
            BinaryPrimitives.WriteInt32LittleEndian(span[28..], 0);
            target.Advance(SegmentLayout.RunBytes);
        }
    }

    /// <summary>Reads a footer, believing nothing in it: counts are compared with the bytes at hand before anything is allocated for them.</summary>
    /// <exception cref="SegmentFormatException">It is damaged.</exception>
    internal static SegmentFooter Read(ReadOnlySpan<byte> footer, in SegmentTrailer trailer)
    {
        if (footer.Length != trailer.FooterLength || Crc32C.Of(footer) != trailer.FooterCrc32C)
        {
            throw new SegmentFormatException("the footer's checksum is wrong");
        }

        var cursor = new Cursor(footer);
        var outputCount = Cursor.Count(LeastOutputBytes, cursor.Int32(), footer.Length);
        var writerCount = Cursor.Count(LeastWriterBytes, cursor.Int32(), footer.Length);
        var runCount = Cursor.Count(SegmentLayout.RunBytes, cursor.Int32(), footer.Length);
        cursor.Int32();
        var outputs = new OutputId[outputCount];
        for (var i = 0; i < outputCount; i++)
        {
            var name = cursor.Text();
            outputs[i] = OutputId.TryParse(name, out var id) ? id : throw new SegmentFormatException("the footer names an impossible output");
        }

        var writers = new BlockSource[writerCount];
        for (var i = 0; i < writerCount; i++)
        {
            var output = cursor.Int32();
            if (output < 0 || output >= outputCount)
            {
                throw new SegmentFormatException($"writer {i} belongs to output {output} of {outputCount}");
            }

            writers[i] = new BlockSource(outputs[output], cursor.Int32(), cursor.Int32(), cursor.Int32(), cursor.Text());
        }

        cursor.Align(8);
        var runs = new BlockRun[runCount];
        long end = 0;
        long blocks = 0;
        for (var i = 0; i < runCount; i++)
        {
            var run = new BlockRun(cursor.Int32(), cursor.Int32(), cursor.Int64(), cursor.Int64(), cursor.Int32());
            cursor.Int32();
            if (run.Writer < 0 || run.Writer >= writerCount || run.Partition < 0 || run.Offset != end || run.Blocks < 1
                || run.Length < run.Blocks * (long)SegmentLayout.BlockHeaderBytes || run.Length > trailer.FooterOffset - end
                || run.Length % SegmentLayout.Alignment != 0)
            {
                throw new SegmentFormatException($"run {i} of the footer is impossible: {run}");
            }

            end += run.Length;
            blocks += run.Blocks;
            runs[i] = run;
        }

        return cursor.IsAtEnd && end == trailer.FooterOffset && blocks == trailer.Blocks
            ? new SegmentFooter(writers, runs, trailer.Blocks, trailer.PayloadBytes)
            : throw new SegmentFormatException($"the footer accounts for {blocks} blocks in {end} bytes, the trailer for {trailer.Blocks} in {trailer.FooterOffset}");
    }

    private static void Write(ArrayBufferWriter<byte> target, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target.GetSpan(4), value);
        target.Advance(4);
    }

    private static void Write(ArrayBufferWriter<byte> target, string text)
    {
        var span = target.GetSpan(1 + 255);
        span[0] = checked((byte)Encoding.ASCII.GetBytes(text, span[1..]));
        target.Advance(1 + span[0]);
    }

    private ref struct Cursor(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _offset;

        internal readonly bool IsAtEnd => _offset == _bytes.Length;

        internal static int Count(int leastBytesEach, int count, int available) =>
            count >= 0 && count <= available / leastBytesEach
                ? count
                : throw new SegmentFormatException($"the footer claims {count} entries in {available} bytes");

        internal int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

        internal long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

        internal string Text() => Encoding.ASCII.GetString(Take(Take(1)[0]));

        internal void Align(int alignment) => Take(-_offset & (alignment - 1));

        private ReadOnlySpan<byte> Take(int count)
        {
            if (count > _bytes.Length - _offset)
            {
                throw new SegmentFormatException("the footer ends early");
            }

            _offset += count;
            return _bytes.Slice(_offset - count, count);
        }
    }
}
