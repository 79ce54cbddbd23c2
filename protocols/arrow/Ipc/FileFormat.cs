using System.Buffers.Binary;
using Executor.Arrow.Ipc.FlatBuffers;

namespace Executor.Arrow.Ipc;

/// <summary>Where a message is in a file.</summary>
/// <param name="Offset">Where its prefix begins.</param>
/// <param name="MetadataLength">Bytes of prefix and header.</param>
/// <param name="BodyLength">Bytes of the body, which follows.</param>
internal readonly record struct FileBlock(long Offset, int MetadataLength, long BodyLength);

/// <summary>
/// What the file format adds around the messages of a stream (format: "IPC File Format").
/// <code>
/// "ARROW1" 00 00 | messages and end-of-stream marker as in a stream | footer | int32 footer length | "ARROW1"
/// </code>
/// </summary>
internal static class FileFormat
{
    /// <summary>Bytes after the footer: its length and the magic string.</summary>
    public const int TailBytes = 10;

    private static readonly byte[] StartBytes = [.. "ARROW1"u8, 0, 0];

    public static ReadOnlySpan<byte> Magic => "ARROW1"u8;

    public static ReadOnlySpan<byte> Start => StartBytes;

    public static ReadOnlyMemory<byte> StartMemory => StartBytes;

    /// <summary>The footer and what follows it.</summary>
    public static byte[] EncodeEnd(MessageEncoder encoder, List<FileBlock> dictionaries, List<FileBlock> recordBatches)
    {
        var builder = new FlatBufferBuilder();
        var schema = SchemaEncoder.Write(builder, encoder.Schema, encoder.Layouts);
        var dictionaryBlocks = WriteBlocks(builder, dictionaries);
        var recordBatchBlocks = WriteBlocks(builder, recordBatches);
        builder.StartTable(MetadataFormat.Footer.SlotCount);
        builder.AddOffset(MetadataFormat.Footer.Schema, schema);
        builder.AddOffset(MetadataFormat.Footer.Dictionaries, dictionaryBlocks);
        builder.AddOffset(MetadataFormat.Footer.RecordBatches, recordBatchBlocks);
        builder.AddInt16(MetadataFormat.Footer.Version, MetadataFormat.VersionV5);
        var footer = builder.Finish(builder.EndTable());
        var end = new byte[footer.Length + TailBytes];
        footer.CopyTo(end, 0);
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(footer.Length), footer.Length);
        Magic.CopyTo(end.AsSpan(footer.Length + 4));
        return end;
    }

    /// <summary>Reads one of the footer's lists of messages, all of which have to lie before the footer without overlapping.</summary>
    public static FileBlock[] ReadBlocks(FlatTable footer, int slot, long footerOffset)
    {
        var vector = footer.ReadVector(slot, MetadataFormat.BlockBytes);
        var blocks = new FileBlock[vector.Length / MetadataFormat.BlockBytes];
        var total = 0L;
        for (var i = 0; i < blocks.Length; i++)
        {
            var entry = vector.Slice(i * MetadataFormat.BlockBytes, MetadataFormat.BlockBytes);
            var block = new FileBlock(
                BinaryPrimitives.ReadInt64LittleEndian(entry),
                BinaryPrimitives.ReadInt32LittleEndian(entry[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(entry[16..]));
            if (block.Offset < Start.Length
                || block.MetadataLength < 4
                || block.BodyLength < 0
                || block.Offset > footerOffset - block.MetadataLength
                || block.BodyLength > footerOffset - block.MetadataLength - block.Offset)
            {
                throw new InvalidDataException(
                    $"the footer has a message of {block.MetadataLength} + {block.BodyLength} bytes at {block.Offset}, "
                    + $"which does not lie between the file's beginning and the footer at {footerOffset}");
            }

            // A small footer that lists one large message over and over would keep a reader busy for long.
            total += block.MetadataLength + block.BodyLength;
            if (total > footerOffset)
            {
                throw new InvalidDataException($"the footer's messages have more than the {footerOffset} bytes before it: they overlap");
            }

            blocks[i] = block;
        }

        return blocks;
    }

    /// <summary>The FlatBuffer in a block's metadata, without its prefix.</summary>
    public static ReadOnlyMemory<byte> StripPrefix(ReadOnlyMemory<byte> metadata)
    {
        var prefix = metadata.Span;
        var at = metadata.Length >= 8 && BinaryPrimitives.ReadUInt32LittleEndian(prefix) == EncodedMessage.Continuation ? 4 : 0;
        var length = BinaryPrimitives.ReadInt32LittleEndian(prefix[at..]);
        return length >= 0 && length <= metadata.Length - at - 4
            ? metadata.Slice(at + 4, length)
            : throw new InvalidDataException(
                $"a message header of {length} bytes was found, the footer says {metadata.Length} with its prefix");
    }

    private static int WriteBlocks(FlatBufferBuilder builder, List<FileBlock> blocks)
    {
        builder.StartVector(MetadataFormat.BlockBytes, blocks.Count, 8);
        for (var i = blocks.Count - 1; i >= 0; i--)
        {
            builder.WriteInt64(blocks[i].BodyLength);
            builder.WriteInt32(0);
            builder.WriteInt32(blocks[i].MetadataLength);
            builder.WriteInt64(blocks[i].Offset);
        }

        return builder.EndVector(blocks.Count);
    }
}
