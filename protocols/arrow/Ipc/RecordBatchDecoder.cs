using System.Buffers.Binary;
using Executor.Arrow.Ipc.Compression;
using Executor.Arrow.Ipc.FlatBuffers;
using Executor.Arrow.Types;

namespace Executor.Arrow.Ipc;

/// <summary>Reads the arrays of one record batch, which share the body's memory unless that is compressed.</summary>
internal ref struct RecordBatchDecoder
{
    private static readonly ArrowBuffer OneOffset = new(new byte[8]);
    private readonly ReadOnlySpan<byte> _nodes;
    private readonly ReadOnlySpan<byte> _buffers;
    private readonly ReadOnlyMemory<byte> _body;
    private readonly DictionaryRegistry _dictionaries;
    private readonly BodyCodec _codec;
    private long _decompressedLeft;
    private int _nextNode;
    private int _nextBuffer;

    public RecordBatchDecoder(FlatTable batch, ReadOnlyMemory<byte> body, DictionaryRegistry dictionaries, IpcReaderOptions options)
    {
        _nodes = batch.ReadVector(MetadataFormat.RecordBatch.Nodes, MetadataFormat.FieldNodeBytes);
        _buffers = batch.ReadVector(MetadataFormat.RecordBatch.Buffers, MetadataFormat.BufferBytes);
        _body = body;
        _dictionaries = dictionaries;
        _decompressedLeft = options.MaxDecompressedBytes;
        _codec = ReadCodec(batch.ReadTable(MetadataFormat.RecordBatch.Compression));
    }

    /// <summary>Reads the next column, which has to have that many values.</summary>
    public ArrayData ReadColumn(FieldLayout layout, long rows)
    {
        var column = ReadArray(layout);
        return column.Length == rows
            ? column
            : throw new InvalidDataException($"column '{layout.Path}' has {column.Length} values, the batch {rows} rows");
    }

    /// <summary>Checks that there is nothing that no column has asked for.</summary>
    public readonly void CheckEnd()
    {
        if (_nextNode * MetadataFormat.FieldNodeBytes != _nodes.Length || _nextBuffer * MetadataFormat.BufferBytes != _buffers.Length)
        {
            throw new InvalidDataException(
                $"the batch has {_nodes.Length / MetadataFormat.FieldNodeBytes} nodes "
                + $"and {_buffers.Length / MetadataFormat.BufferBytes} buffers, "
                + $"the schema asks for {_nextNode} and {_nextBuffer}");
        }
    }

    private static BodyCodec ReadCodec(FlatTable compression)
    {
        if (!compression.IsPresent)
        {
            return BodyCodec.None;
        }

        var codec = (BodyCodec)compression.ReadByte(0);
        var method = compression.ReadByte(1);
        return codec is BodyCodec.Lz4Frame or BodyCodec.Zstandard && method == 0
            ? codec
            : throw new InvalidDataException(
                $"the body is compressed with codec {(int)codec} by method {method}, "
                + "expected LZ4 frame (0) or Zstandard (1) by buffer (0)");
    }

    private ArrayData ReadArray(FieldLayout layout)
    {
        var (length, nullCount) = ReadNode(layout);
        var physical = PhysicalLayout.Of(layout.Type);
        if (physical.Kind == ArrayLayout.Null)
        {
            return new ArrayData(layout.Type, length, length);
        }

        var buffers = new ArrowBuffer[physical.BufferCount];
        var validity = ReadBuffer(layout, nullCount == 0 ? 0 : BitUtility.ByteCount(length));
        buffers[0] = nullCount == 0 ? ArrowBuffer.Empty : validity;
        var children = layout.Children.Length == 0 ? [] : new ArrayData[layout.Children.Length];
        switch (physical.Kind)
        {
            case ArrayLayout.Bits:
                buffers[1] = ReadBuffer(layout, BitUtility.ByteCount(length));
                break;
            case ArrayLayout.FixedWidth:
                buffers[1] = ReadBuffer(layout, length * (long)physical.Width);
                break;
            case ArrayLayout.VariableWidth or ArrayLayout.LargeVariableWidth:
                buffers[1] = ReadOffsets(layout, physical.Kind, length);
                buffers[2] = ReadBuffer(layout, 0);
                CheckOffsets(layout, physical.Kind, buffers[1], length, buffers[2].Length);
                break;
            case ArrayLayout.List or ArrayLayout.LargeList:
                buffers[1] = ReadOffsets(layout, physical.Kind, length);
                children[0] = ReadArray(layout.Children[0]);
                CheckOffsets(layout, physical.Kind, buffers[1], length, children[0].Length);
                break;
            case ArrayLayout.FixedSizeList:
                children[0] = ReadChild(layout.Children[0], length * (long)physical.Width);
                break;
            default:
                for (var i = 0; i < children.Length; i++)
                {
                    children[i] = ReadChild(layout.Children[i], length);
                }

                break;
        }

        var dictionary = layout.DictionaryId is { } id ? _dictionaries.Find(id, layout.Path) : null;
        var data = new ArrayData(layout.Type, length, nullCount, 0, buffers, children, dictionary);
        if (dictionary is not null)
        {
            ArrayValidator.CheckIndices(data, dictionary.Length, layout.Path);
        }

        return data;
    }

    private ArrayData ReadChild(FieldLayout layout, long minimumLength)
    {
        var child = ReadArray(layout);
        return child.Length >= minimumLength
            ? child
            : throw new InvalidDataException($"column '{layout.Path}' has {child.Length} values, its parent asks for {minimumLength}");
    }

    private (int Length, int NullCount) ReadNode(FieldLayout layout)
    {
        if ((_nextNode + 1) * MetadataFormat.FieldNodeBytes > _nodes.Length)
        {
            throw new InvalidDataException($"column '{layout.Path}': the batch has no node for it");
        }

        var node = _nodes.Slice(_nextNode++ * MetadataFormat.FieldNodeBytes, MetadataFormat.FieldNodeBytes);
        var length = BinaryPrimitives.ReadInt64LittleEndian(node);
        var nullCount = BinaryPrimitives.ReadInt64LittleEndian(node[8..]);
        if (length is < 0 or >= int.MaxValue || nullCount < 0 || nullCount > length)
        {
            throw new InvalidDataException($"column '{layout.Path}': {nullCount} of {length} values are said to be null");
        }

        return ((int)length, (int)nullCount);
    }

    private ArrowBuffer ReadOffsets(FieldLayout layout, ArrayLayout kind, int length)
    {
        var width = kind is ArrayLayout.LargeList or ArrayLayout.LargeVariableWidth ? 8 : 4;

        // Writers may leave out the one offset of an empty array.
        var buffer = ReadBuffer(layout, length == 0 ? 0 : (length + 1L) * width);
        return buffer.Length < width ? OneOffset : buffer;
    }

    private static void CheckOffsets(FieldLayout layout, ArrayLayout kind, ArrowBuffer offsets, int length, long valueLength)
    {
        if (kind is ArrayLayout.LargeList or ArrayLayout.LargeVariableWidth)
        {
            ArrayValidator.CheckOffsets<long>(offsets.Span, length, valueLength, layout.Path);
        }
        else
        {
            ArrayValidator.CheckOffsets<int>(offsets.Span, length, valueLength, layout.Path);
        }
    }

    private ArrowBuffer ReadBuffer(FieldLayout layout, long minimumLength)
    {
        if ((_nextBuffer + 1) * MetadataFormat.BufferBytes > _buffers.Length)
        {
            throw new InvalidDataException($"column '{layout.Path}': the batch has no buffer for it");
        }

        var entry = _buffers.Slice(_nextBuffer++ * MetadataFormat.BufferBytes, MetadataFormat.BufferBytes);
        var offset = BinaryPrimitives.ReadInt64LittleEndian(entry);
        var length = BinaryPrimitives.ReadInt64LittleEndian(entry[8..]);
        if (offset < 0 || length < 0 || offset > _body.Length - length)
        {
            throw new InvalidDataException(
                $"column '{layout.Path}': a buffer of {length} bytes at {offset} lies outside of the body of {_body.Length} bytes");
        }

        var memory = _body.Slice((int)offset, (int)length);
        if (_codec != BodyCodec.None && length > 0)
        {
            memory = Decompress(layout, memory);
        }

        return memory.Length >= minimumLength
            ? new ArrowBuffer(memory)
            : throw new InvalidDataException(
                $"column '{layout.Path}': a buffer has {memory.Length} bytes, expected {minimumLength} at least");
    }

    /// <summary>
    /// A compressed buffer begins with its length when decompressed, -1 if it is stored as it is (Message.fbs, BodyCompression).
    /// </summary>
    private ReadOnlyMemory<byte> Decompress(FieldLayout layout, ReadOnlyMemory<byte> memory)
    {
        const long StoredAsIs = -1;
        if (memory.Length < 8)
        {
            throw new InvalidDataException($"column '{layout.Path}': a compressed buffer of {memory.Length} bytes has no length");
        }

        var length = BinaryPrimitives.ReadInt64LittleEndian(memory.Span);
        var compressed = memory[8..];
        if (length == StoredAsIs)
        {
            return compressed;
        }

        if (length < 0 || length > System.Array.MaxLength || !BodyDecompressor.CanHold(_codec, compressed.Length, length))
        {
            throw new InvalidDataException(
                $"column '{layout.Path}': {compressed.Length} compressed bytes are said to hold {length} bytes, which they cannot");
        }

        if (length > _decompressedLeft)
        {
            throw new InvalidDataException($"column '{layout.Path}': the batch exceeds the limit on decompressed bytes");
        }

        _decompressedLeft -= length;
        var decompressed = GC.AllocateUninitializedArray<byte>((int)length);
        BodyDecompressor.Decompress(_codec, compressed.Span, decompressed);
        return decompressed;
    }
}
