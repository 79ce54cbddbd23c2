using System.Numerics;
using System.Runtime.InteropServices;
using Executor.Arrow.Types;

namespace Executor.Arrow.Compute;

/// <summary>Gathers values by their positions into new memory: what filtering, sorting and partitioning rows are made of.</summary>
public static class ArrowArrayTake
{
    /// <summary>The rows at these positions, in their order; a position may occur more than once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A position is negative or not less than the number of rows.</exception>
    /// <exception cref="OverflowException">The result is too long for its offsets or a .NET array.</exception>
    public static RecordBatch Take(RecordBatch batch, ReadOnlySpan<int> indices)
    {
        ArgumentNullException.ThrowIfNull(batch);
        CheckIndices(indices, batch.Length);
        var columns = new ArrayData[batch.ColumnCount];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = Gather(batch.Columns[i], indices);
        }

        return RecordBatch.FromColumns(batch.Schema, columns, indices.Length);
    }

    /// <summary>The values at these positions, in their order; a position may occur more than once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A position is negative or not less than the number of values.</exception>
    /// <exception cref="OverflowException">The result is too long for its offsets or a .NET array.</exception>
    public static IArrowArray Take(IArrowArray array, ReadOnlySpan<int> indices)
    {
        ArgumentNullException.ThrowIfNull(array);
        CheckIndices(indices, array.Length);
        return ArrowArrayFactory.BuildArray(Gather(array.Data, indices));
    }

    private static void CheckIndices(ReadOnlySpan<int> indices, int length)
    {
        foreach (var index in indices)
        {
            if ((uint)index >= (uint)length)
            {
                throw new ArgumentOutOfRangeException(nameof(indices), index, $"there are {length} values");
            }
        }
    }

    private static ArrayData Gather(ArrayData data, ReadOnlySpan<int> indices)
    {
        var length = indices.Length;
        var (kind, width) = data.Layout;
        if (kind == ArrayLayout.Null)
        {
            return new ArrayData(data.DataType, length, length);
        }

        var (validity, nullCount) = data.HasValidity ? GatherValidity(data, indices) : (ArrowBuffer.Empty, 0);
        ArrowBuffer[] buffers = [validity];
        ArrayData[] children = [];
        switch (kind)
        {
            case ArrayLayout.Bits:
                buffers = [validity, GatherBits(data.BufferSpan(1), data.Offset, indices)];
                break;
            case ArrayLayout.FixedWidth:
                buffers = [validity, FixedWidthGather.Gather(data, width, indices)];
                break;
            case ArrayLayout.VariableWidth:
                var offsets = GatherOffsets<int>(data, indices, out var total);
                buffers = [validity, offsets, VariableWidthGather.Gather(data.BufferSpan(2), OffsetsOf<int>(data), indices, total)];
                break;
            case ArrayLayout.LargeVariableWidth:
                offsets = GatherOffsets<long>(data, indices, out total);
                buffers = [validity, offsets, VariableWidthGather.Gather(data.BufferSpan(2), OffsetsOf<long>(data), indices, total)];
                break;
            case ArrayLayout.List:
                buffers = [validity, GatherOffsets<int>(data, indices, out total)];
                children = [Gather(data.Children[0], ItemPositions<int>(data, indices, total))];
                break;
            case ArrayLayout.LargeList:
                buffers = [validity, GatherOffsets<long>(data, indices, out total)];
                children = [Gather(data.Children[0], ItemPositions<long>(data, indices, total))];
                break;
            case ArrayLayout.FixedSizeList:
                children = [Gather(data.Children[0], ItemPositions(data.Offset, width, indices))];
                break;
            default:
                children = new ArrayData[data.Children.Count];
                for (var i = 0; i < children.Length; i++)
                {
                    children[i] = Gather(data.Children[i].Slice(data.Offset, data.Length), indices);
                }

                break;
        }

        return new ArrayData(data.DataType, length, nullCount, 0, buffers, children, data.Dictionary);
    }

    private static (ArrowBuffer Bitmap, int NullCount) GatherValidity(ArrayData data, ReadOnlySpan<int> indices)
    {
        var bitmap = GatherBits(data.BufferSpan(0), data.Offset, indices);
        var nullCount = indices.Length - BitUtility.CountBits(bitmap.Span, 0, indices.Length);
        return nullCount == 0 ? (ArrowBuffer.Empty, 0) : (bitmap, nullCount);
    }

    private static ArrowBuffer GatherBits(ReadOnlySpan<byte> source, int offset, ReadOnlySpan<int> indices)
    {
        var bitmap = new byte[BitUtility.ByteCount(indices.Length)];
        for (var i = 0; i < indices.Length; i++)
        {
            var position = offset + indices[i];
            bitmap[i >> 3] |= (byte)(((source[position >> 3] >> (position & 7)) & 1) << (i & 7));
        }

        return new ArrowBuffer(bitmap);
    }

    private static ReadOnlySpan<TOffset> OffsetsOf<TOffset>(ArrayData data)
        where TOffset : unmanaged =>
        data.Length == 0 ? [] : MemoryMarshal.Cast<byte, TOffset>(data.BufferSpan(1)).Slice(data.Offset, data.Length + 1);

    private static unsafe ArrowBuffer GatherOffsets<TOffset>(ArrayData data, ReadOnlySpan<int> indices, out int total)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        var source = OffsetsOf<TOffset>(data);
        var bytes = GC.AllocateUninitializedArray<byte>(checked((indices.Length + 1) * sizeof(TOffset)));
        var target = MemoryMarshal.Cast<byte, TOffset>(bytes.AsSpan());
        var end = 0L;
        target[0] = TOffset.Zero;
        for (var i = 0; i < indices.Length; i++)
        {
            var index = indices[i];
            end += long.CreateTruncating(source[index + 1] - source[index]);
            target[i + 1] = TOffset.CreateTruncating(end);
        }

        total = checked((int)end);
        return new ArrowBuffer(bytes);
    }

    private static int[] ItemPositions<TOffset>(ArrayData data, ReadOnlySpan<int> indices, int total)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        var offsets = OffsetsOf<TOffset>(data);
        var positions = GC.AllocateUninitializedArray<int>(total);
        var at = 0;
        foreach (var index in indices)
        {
            var end = int.CreateTruncating(offsets[index + 1]);
            for (var position = int.CreateTruncating(offsets[index]); position < end; position++)
            {
                positions[at++] = position;
            }
        }

        return positions;
    }

    private static int[] ItemPositions(int offset, int size, ReadOnlySpan<int> indices)
    {
        var positions = GC.AllocateUninitializedArray<int>(checked(indices.Length * size));
        var at = 0;
        foreach (var index in indices)
        {
            var start = (offset + index) * size;
            for (var i = 0; i < size; i++)
            {
                positions[at++] = start + i;
            }
        }

        return positions;
    }
}
