using System.Numerics;
using System.Runtime.InteropServices;
using Executor.Arrow.Ipc.FlatBuffers;
using Executor.Arrow.Types;

namespace Executor.Arrow.Ipc;

/// <summary>Collects the nodes, buffers and body of one record batch at a time (format: "RecordBatch message").</summary>
internal sealed class RecordBatchEncoder
{
    private const int BodyAlignment = 64;
    private static readonly byte[] Zeros = new byte[BodyAlignment];
    private readonly List<(long Length, long NullCount)> _nodes = [];
    private readonly List<(long Offset, long Length)> _buffers = [];
    private readonly List<ReadOnlyMemory<byte>> _body = [];

    public long BodyLength { get; private set; }

    /// <summary>Adds a column with all its children; of a dictionary-encoded one, the indices.</summary>
    public void AddArray(ArrayData data) => AddArray(data, 0, data.Length);

    /// <summary>Writes the table <c>RecordBatch</c> of what was added.</summary>
    public int WriteTable(FlatBufferBuilder builder, int rows)
    {
        builder.StartVector(MetadataFormat.FieldNodeBytes, _nodes.Count, 8);
        for (var i = _nodes.Count - 1; i >= 0; i--)
        {
            builder.WriteInt64(_nodes[i].NullCount);
            builder.WriteInt64(_nodes[i].Length);
        }

        var nodes = builder.EndVector(_nodes.Count);
        builder.StartVector(MetadataFormat.BufferBytes, _buffers.Count, 8);
        for (var i = _buffers.Count - 1; i >= 0; i--)
        {
            builder.WriteInt64(_buffers[i].Length);
            builder.WriteInt64(_buffers[i].Offset);
        }

        var buffers = builder.EndVector(_buffers.Count);
        builder.StartTable(MetadataFormat.RecordBatch.SlotCount);
        builder.AddInt64(MetadataFormat.RecordBatch.Length, rows);
        builder.AddOffset(MetadataFormat.RecordBatch.Nodes, nodes);
        builder.AddOffset(MetadataFormat.RecordBatch.Buffers, buffers);
        return builder.EndTable();
    }

    /// <summary>The body's pieces; begins the next batch.</summary>
    public ReadOnlyMemory<byte>[] TakeBody()
    {
        var body = _body.ToArray();
        Clear();
        return body;
    }

    public void Clear()
    {
        _nodes.Clear();
        _buffers.Clear();
        _body.Clear();
        BodyLength = 0;
    }

    private void AddArray(ArrayData data, int start, int length)
    {
        var nullCount = start == 0 && length == data.Length ? data.NullCount : data.CountNulls(start, length);
        _nodes.Add((length, nullCount));
        var (kind, width) = data.Layout;
        if (kind == ArrayLayout.Null)
        {
            return;
        }

        var first = data.Offset + start;
        AddBuffer(nullCount == 0 ? default : Bits(data.BufferMemory(0), first, length));
        switch (kind)
        {
            case ArrayLayout.Bits:
                AddBuffer(Bits(data.BufferMemory(1), first, length));
                break;
            case ArrayLayout.FixedWidth:
                AddBuffer(length == 0 ? default : data.BufferMemory(1).Slice(first * width, length * width));
                break;
            case ArrayLayout.VariableWidth:
                AddVariableWidth<int>(data, first, length);
                break;
            case ArrayLayout.LargeVariableWidth:
                AddVariableWidth<long>(data, first, length);
                break;
            case ArrayLayout.List:
                AddList<int>(data, first, length);
                break;
            case ArrayLayout.LargeList:
                AddList<long>(data, first, length);
                break;
            case ArrayLayout.FixedSizeList:
                AddArray(data.Children[0], checked(first * width), checked(length * width));
                break;
            default:
                foreach (var child in data.Children)
                {
                    AddArray(child, first, length);
                }

                break;
        }
    }

    private void AddVariableWidth<TOffset>(ArrayData data, int first, int length)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        var (start, end) = AddOffsets<TOffset>(data, first, length);
        AddBuffer(data.BufferMemory(2)[start..end]);
    }

    private void AddList<TOffset>(ArrayData data, int first, int length)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        var (start, end) = AddOffsets<TOffset>(data, first, length);
        AddArray(data.Children[0], start, end - start);
    }

    /// <summary>Adds the offsets of a part of an array, beginning at 0, and says what part of the values they stand for.</summary>
    private unsafe (int Start, int End) AddOffsets<TOffset>(ArrayData data, int first, int length)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        var width = sizeof(TOffset);
        if (length == 0)
        {
            AddBuffer(Zeros.AsMemory(0, width));
            return (0, 0);
        }

        var memory = data.BufferMemory(1).Slice(first * width, (length + 1) * width);
        var offsets = MemoryMarshal.Cast<byte, TOffset>(memory.Span);
        var start = offsets[0];
        var end = offsets[^1];
        if (start != TOffset.Zero)
        {
            var moved = GC.AllocateUninitializedArray<byte>(memory.Length);
            var target = MemoryMarshal.Cast<byte, TOffset>(moved.AsSpan());
            for (var i = 0; i < offsets.Length; i++)
            {
                target[i] = offsets[i] - start;
            }

            memory = moved;
        }

        AddBuffer(memory);
        return (int.CreateChecked(start), int.CreateChecked(end));
    }

    private static ReadOnlyMemory<byte> Bits(ReadOnlyMemory<byte> bitmap, int first, int length)
    {
        if ((first & 7) == 0)
        {
            return bitmap.Slice(first >> 3, BitUtility.ByteCount(length));
        }

        var moved = new byte[BitUtility.ByteCount(length)];
        BitUtility.CopyBits(bitmap.Span, first, moved, 0, length);
        return moved;
    }

    private void AddBuffer(ReadOnlyMemory<byte> buffer)
    {
        _buffers.Add((BodyLength, buffer.Length));
        if (buffer.IsEmpty)
        {
            return;
        }

        _body.Add(buffer);
        var padding = -buffer.Length & (BodyAlignment - 1);
        if (padding > 0)
        {
            _body.Add(Zeros.AsMemory(0, padding));
        }

        BodyLength += buffer.Length + padding;
    }
}
