using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Objects;

namespace Executor.Shuffle.Engine.Segments;

/// <summary>Reads segments out of an object store, believing nothing that is not checked.</summary>
public static class SegmentReader
{
    private const int TailBytes = 64 << 10;

    /// <summary>Reads a segment's footer, with one request unless it is large.</summary>
    /// <returns>Null if there is no such object.</returns>
    /// <exception cref="SegmentFormatException">The object is damaged.</exception>
    public static async Task<SegmentFooter?> ReadFooterAsync(IObjectStore objects, string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(objects);
        var tail = new byte[TailBytes];
        if (await objects.GetAsync(key, ObjectRange.Last(TailBytes), tail, cancellationToken) is not { } read)
        {
            return null;
        }

        if (read.Count < SegmentLayout.TrailerBytes)
        {
            throw new SegmentFormatException($"the object has {read.ObjectLength} bytes, fewer than a trailer");
        }

        var trailer = SegmentLayout.ReadTrailer(tail.AsSpan(read.Count - SegmentLayout.TrailerBytes, SegmentLayout.TrailerBytes), read.ObjectLength);
        var before = read.Count - SegmentLayout.TrailerBytes;
        if (trailer.FooterLength <= before)
        {
            return FooterCodec.Read(tail.AsSpan(before - trailer.FooterLength, trailer.FooterLength), trailer);
        }

        var footer = new byte[trailer.FooterLength];
        var whole = await objects.GetAsync(key, ObjectRange.From(trailer.FooterOffset, footer.Length), footer, cancellationToken);
        return whole is null ? null : FooterCodec.Read(footer.AsSpan(0, whole.Value.Count), trailer);
    }

    /// <summary>
    /// Looks at the block that begins a buffer.
    /// </summary>
    /// <param name="bytes">Bytes of a segment from a block's header on.</param>
    /// <param name="footer">The segment's footer.</param>
    /// <param name="run">The run that the block belongs to.</param>
    /// <param name="header">The block's header, if it is whole.</param>
    /// <returns>The bytes that the block takes in the segment; 0 if the header is damaged.</returns>
    public static long ReadBlockHeader(ReadOnlySpan<byte> bytes, SegmentFooter footer, in BlockRun run, out BlockHeader header)
    {
        ArgumentNullException.ThrowIfNull(footer);
        return SegmentLayout.TryReadBlockHeader(bytes, run.Writer, footer.Writers[run.Writer], run.Partition, out header)
            ? SegmentLayout.BlockBytes(header.Length)
            : 0;
    }
}
