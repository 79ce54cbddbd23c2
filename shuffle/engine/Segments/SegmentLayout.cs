using System.Buffers.Binary;
using Executor.Contracts.Integrity;
using Executor.Shuffle.Channel;

namespace Executor.Shuffle.Engine.Segments;

/// <summary>
/// The fixed-size parts of a segment; all numbers little-endian. docs/store.md draws the whole.
/// <code>
/// block header, 64 bytes                    trailer, 64 bytes, the last of the object
///  0  magic "XBLK"                           0  magic "XSEGMENT"
///  4  writer: its place in the footer        8  version, 1
///  8  partition                             12  footer length
/// 12  sequence                              16  footer offset (8 bytes)
/// 16  rows                                  24  blocks
/// 20  payload length                        28  CRC32C of the footer
/// 24  CRC32C of the payload                 32  payload bytes (8 bytes)
/// 28  index                                 40  zero
/// 32  generation                            60  CRC32C of bytes 0 to 59
/// 36  attempt
/// 40  zero
/// 60  CRC32C of bytes 0 to 59
/// </code>
/// </summary>
internal static class SegmentLayout
{
    internal const int Alignment = 64;
    internal const int BlockHeaderBytes = 64;
    internal const int TrailerBytes = 64;
    internal const int RunBytes = 32;
    internal const int FooterPrefixBytes = 16;
    internal const uint Version = 1;

    /// <summary>The most bytes of a footer: what a segment of the largest size filled with the smallest blocks needs, twice over.</summary>
    internal const int MaxFooterBytes = 64 << 20;

    private const int ChecksumOffset = 60;

    private static ReadOnlySpan<byte> BlockMagic => "XBLK"u8;

    private static ReadOnlySpan<byte> TrailerMagic => "XSEGMENT"u8;

    internal static long Align(long length) => (length + (Alignment - 1)) & ~(Alignment - 1L);

    /// <summary>The bytes that a block takes in a segment, without its share of the footer.</summary>
    internal static long BlockBytes(int payloadLength) => BlockHeaderBytes + Align(payloadLength);

    internal static void WriteBlockHeader(Span<byte> target, int writer, BlockSource source, in BlockHeader header)
    {
        target = target[..BlockHeaderBytes];
        target.Clear();
        BlockMagic.CopyTo(target);
        WriteInt32(target, 4, writer);
        WriteInt32(target, 8, header.Partition);
        WriteInt32(target, 12, header.Sequence);
        WriteInt32(target, 16, header.Rows);
        WriteInt32(target, 20, header.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(target[24..], header.Crc32C);
        WriteInt32(target, 28, header.Index);
        WriteInt32(target, 32, source.Generation);
        WriteInt32(target, 36, source.Attempt);
        WriteChecksum(target);
    }

    /// <summary>Reads a block header of a known writer and partition; false if it is damaged or another's.</summary>
    internal static bool TryReadBlockHeader(ReadOnlySpan<byte> bytes, int writer, BlockSource source, int partition, out BlockHeader header)
    {
        header = default;
        if (bytes.Length < BlockHeaderBytes || !bytes.StartsWith(BlockMagic) || !ChecksumHolds(bytes)
            || ReadInt32(bytes, 4) != writer || ReadInt32(bytes, 8) != partition || ReadInt32(bytes, 28) != source.Index
            || ReadInt32(bytes, 32) != source.Generation || ReadInt32(bytes, 36) != source.Attempt)
        {
            return false;
        }

        header = new BlockHeader(
            source.Index, partition, ReadInt32(bytes, 12), ReadInt32(bytes, 16), ReadInt32(bytes, 20),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]));
        return header is { Sequence: >= 0, Rows: >= 0, Length: >= 0 and <= ShuffleLimits.MaxBlockBytes };
    }

    internal static void WriteTrailer(Span<byte> target, in SegmentTrailer trailer)
    {
        target = target[..TrailerBytes];
        target.Clear();
        TrailerMagic.CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], Version);
        WriteInt32(target, 12, trailer.FooterLength);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], trailer.FooterOffset);
        WriteInt32(target, 24, trailer.Blocks);
        BinaryPrimitives.WriteUInt32LittleEndian(target[28..], trailer.FooterCrc32C);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], trailer.PayloadBytes);
        WriteChecksum(target);
    }

    /// <summary>Reads and checks a trailer against the size of its object.</summary>
    /// <exception cref="SegmentFormatException">It is damaged, or of another version.</exception>
    internal static SegmentTrailer ReadTrailer(ReadOnlySpan<byte> bytes, long objectLength)
    {
        if (bytes.Length != TrailerBytes || !bytes.StartsWith(TrailerMagic))
        {
            throw new SegmentFormatException("the object does not end with a segment's trailer");
        }

        if (!ChecksumHolds(bytes))
        {
            throw new SegmentFormatException("the trailer's checksum is wrong");
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (version != Version)
        {
            throw new SegmentFormatException($"version {version}, expected {Version}");
        }

        var trailer = new SegmentTrailer(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]), ReadInt32(bytes, 12), BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]),
            ReadInt32(bytes, 24), BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]));
        if (trailer.FooterLength is < FooterPrefixBytes or > MaxFooterBytes || trailer.FooterOffset < 0
            || trailer.FooterOffset % Alignment != 0 || trailer.FooterOffset + trailer.FooterLength + TrailerBytes != objectLength)
        {
            throw new SegmentFormatException(
                $"a footer of {trailer.FooterLength} bytes at {trailer.FooterOffset} does not fit an object of {objectLength} bytes");
        }

        return trailer;
    }

    private static void WriteInt32(Span<byte> target, int offset, int value) => BinaryPrimitives.WriteInt32LittleEndian(target[offset..], value);

    private static int ReadInt32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadInt32LittleEndian(bytes[offset..]);

    private static void WriteChecksum(Span<byte> part) =>
        BinaryPrimitives.WriteUInt32LittleEndian(part[ChecksumOffset..], Crc32C.Of(part[..ChecksumOffset]));

    private static bool ChecksumHolds(ReadOnlySpan<byte> part) =>
        BinaryPrimitives.ReadUInt32LittleEndian(part[ChecksumOffset..]) == Crc32C.Of(part[..ChecksumOffset]);
}

/// <summary>What a segment's trailer says.</summary>
internal readonly record struct SegmentTrailer(long FooterOffset, int FooterLength, uint FooterCrc32C, int Blocks, long PayloadBytes);
