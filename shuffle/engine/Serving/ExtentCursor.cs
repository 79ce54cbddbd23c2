using System.Buffers;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Segments;

namespace Executor.Shuffle.Engine.Serving;

/// <summary>
/// Where an extent, runs that lie behind one another in a segment, was read up to: always at a block's header. A block of which only the
/// beginning was read is read again, as a whole, with what follows it.
/// </summary>
internal sealed class ExtentCursor(IReadOnlyList<PlannedRun> extent)
{
    private readonly long _end = EndOf(extent[^1]);
    private long _blockBytes = SegmentLayout.BlockHeaderBytes;
    private int _run;
    private int _blocksInRun;

    internal long Offset { get; private set; } = extent[0].Run.Offset;

    internal bool IsAtEnd => _run == extent.Count;

    /// <summary>
    /// How many bytes to read next: up to a limit, and a short rest along with it. Where that is not the extent's end, up to where a block
    /// ends if the blocks of a run are of one size; the next block at least, as far as its size is known.
    /// </summary>
    internal int NextRead(int limit, int slack)
    {
        if (_end - Offset <= limit + slack)
        {
            return (int)Math.Max(_end - Offset, _blockBytes);
        }

        var run = _run;
        var most = Offset + limit + slack;
        while (EndOf(extent[run]) <= most)
        {
            run++;
        }

        var begin = Math.Max(Offset, extent[run].Run.Offset);
        var blockBytes = Math.Max(SegmentLayout.BlockHeaderBytes, extent[run].Run.Length / extent[run].Run.Blocks);
        var whole = begin + ((most - begin) / blockBytes * blockBytes);
        return (int)Math.Max(whole > Offset ? whole - Offset : Math.Min(blockBytes, SegmentLayout.BlockBytes(ShuffleLimits.MaxBlockBytes)), _blockBytes);
    }

    /// <summary>Takes the blocks out of what was read.</summary>
    /// <param name="bytes">From <see cref="Offset"/> on.</param>
    /// <param name="whole">False if the object ended earlier than it was read.</param>
    /// <param name="pieces">Where blocks, their payloads not checked, and damages go.</param>
    internal void Take(in ReadOnlySequence<byte> bytes, bool whole, List<ReadPiece> pieces)
    {
        var begin = Offset;
        Span<byte> headerBytes = stackalloc byte[SegmentLayout.BlockHeaderBytes];
        while (!IsAtEnd)
        {
            var planned = extent[_run];
            var rest = bytes.Slice(Math.Min(bytes.Length, Offset - begin));
            long size = SegmentLayout.BlockHeaderBytes;
            var header = default(BlockHeader);
            if (rest.Length >= size)
            {
                rest.Slice(0, size).CopyTo(headerBytes);
                size = SegmentReader.ReadBlockHeader(headerBytes, planned.Footer, planned.Run, out header);
                if (size == 0 || Offset + size > EndOf(planned))
                {
                    pieces.Add(ReadPiece.Unreadable(planned, $"the block at {Offset} of segment {planned.SegmentName} has a damaged header"));
                    Advance();
                    continue;
                }
            }

            if (rest.Length < size)
            {
                if (whole)
                {
                    _blockBytes = size;
                    return;
                }

                pieces.Add(ReadPiece.Unreadable(planned, $"segment {planned.SegmentName} ends early, at {begin + bytes.Length}"));
                Advance();
                continue;
            }

            Offset += size;
            _blockBytes = SegmentLayout.BlockHeaderBytes;
            var block = new ShuffleBlock(header, rest.Slice(SegmentLayout.BlockHeaderBytes, header.Length));
            pieces.Add(new ReadPiece(planned, block, new ReadPosition(planned.Run.Partition, planned.Segment, Offset)));
            if (++_blocksInRun == planned.Run.Blocks || Offset == EndOf(planned))
            {
                Advance();
            }
        }
    }

    private static long EndOf(in PlannedRun planned) => planned.Run.Offset + planned.Run.Length;

    private void Advance()
    {
        _run++;
        _blocksInRun = 0;
        _blockBytes = SegmentLayout.BlockHeaderBytes;
        if (!IsAtEnd)
        {
            Offset = extent[_run].Run.Offset;
        }
    }
}

/// <summary>A block as it was read, or why there is none.</summary>
/// <param name="Run">The run that it belongs to.</param>
/// <param name="Block">The block; nothing if it cannot be read.</param>
/// <param name="Next">Where reading goes on behind it.</param>
internal readonly record struct ReadPiece(PlannedRun Run, ShuffleBlock Block, ReadPosition Next)
{
    private string? Reason { get; init; }

    internal static ReadPiece Unreadable(in PlannedRun run, string reason) => new(run, default, default) { Reason = reason };

    /// <summary>Why the block cannot be used; null if it can.</summary>
    /// <param name="checksum">The checksum of its payload as it was read.</param>
    internal string? Damage(uint checksum) =>
        Reason ?? (checksum == Block.Header.Crc32C ? null : $"the block that ends at {Next.Offset} of segment {Run.SegmentName} does not fit its checksum");
}
