using System.Buffers;
using System.Buffers.Binary;

namespace Executor.Shuffle.Channel.Flight;

/// <summary>
/// The app_metadata of Flight messages; numbers little-endian, 4 bytes where not said otherwise.
/// <code>
/// put, with a record batch      0 version, 1 | 4 index | 8 partition | 12 sequence | 16 rows | 20 length | 24 CRC32C          28 bytes
/// put, alone                    0 version, 1: the sender waits for an acknowledgement                                          4 bytes
/// get, with a record batch      as in a put  | 28 segment | 32 offset (8 bytes): where to go on behind the block              40 bytes
/// get, with the schema          0 version, 1 | 4 zero | 8 blocks | 16 rows | 24 bytes | 32 digest (8 bytes each): the totals  40 bytes
/// </code>
/// A block of several messages (dictionaries first) has its metadata with the last one, the record batch.
/// </summary>
public static class BlockMetadata
{
    private const int Version = 1;
    private const int WaitBytes = 4;
    private const int PutBytes = 28;
    private const int GetBytes = 40;

    /// <summary>The metadata of a message that says that the sender waits.</summary>
    public static byte[] Wait()
    {
        var bytes = new byte[WaitBytes];
        bytes[0] = Version;
        return bytes;
    }

    /// <summary>True for the metadata that <see cref="Wait"/> makes.</summary>
    public static bool IsWait(in ReadOnlySequence<byte> metadata) => metadata.Length == WaitBytes;

    /// <summary>The metadata of a block that is put.</summary>
    public static byte[] Put(in BlockHeader header)
    {
        var bytes = new byte[PutBytes];
        Write(bytes, header);
        return bytes;
    }

    /// <summary>The metadata of a block that is got.</summary>
    public static byte[] Get(in BlockHeader header, in ReadPosition next)
    {
        var bytes = new byte[GetBytes];
        Write(bytes, header);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(28), next.Segment);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), next.Offset);
        return bytes;
    }

    /// <summary>The metadata of the schema that a get begins with.</summary>
    public static byte[] Totals(in SelectionTotals totals)
    {
        var bytes = new byte[GetBytes];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), totals.Blocks);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), totals.Rows);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), totals.Bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(32), totals.Digest);
        return bytes;
    }

    /// <summary>Reads the metadata of a block that was put.</summary>
    /// <exception cref="ShuffleException"><see cref="ShuffleError.Invalid"/>: of another version or length.</exception>
    public static BlockHeader ReadPut(in ReadOnlySequence<byte> metadata)
    {
        Span<byte> bytes = stackalloc byte[PutBytes];
        return Header(Copy(metadata, bytes));
    }

    /// <summary>Reads the metadata of a block that was got.</summary>
    /// <exception cref="ShuffleException"><see cref="ShuffleError.Invalid"/>: of another version or length.</exception>
    public static (BlockHeader Header, ReadPosition Next) ReadGet(in ReadOnlySequence<byte> metadata)
    {
        Span<byte> bytes = stackalloc byte[GetBytes];
        var header = Header(Copy(metadata, bytes));
        return (header, new ReadPosition(
            header.Partition, BinaryPrimitives.ReadInt32LittleEndian(bytes[28..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[32..])));
    }

    /// <summary>Reads the metadata of the schema that a get begins with.</summary>
    /// <exception cref="ShuffleException"><see cref="ShuffleError.Invalid"/>: of another version or length.</exception>
    public static SelectionTotals ReadTotals(in ReadOnlySequence<byte> metadata)
    {
        Span<byte> bytes = stackalloc byte[GetBytes];
        Copy(metadata, bytes);
        return new SelectionTotals(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]));
    }

    private static void Write(Span<byte> bytes, in BlockHeader header)
    {
        bytes[0] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], header.Index);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], header.Partition);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], header.Sequence);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], header.Rows);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[20..], header.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[24..], header.Crc32C);
    }

    private static BlockHeader Header(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]));

    private static ReadOnlySpan<byte> Copy(in ReadOnlySequence<byte> metadata, Span<byte> bytes)
    {
        if (metadata.Length != bytes.Length || metadata.FirstSpan[0] != Version)
        {
            throw new ShuffleException(
                ShuffleError.Invalid, $"a block's metadata has {metadata.Length} bytes, expected {bytes.Length} of version {Version}");
        }

        metadata.CopyTo(bytes);
        return bytes;
    }
}
