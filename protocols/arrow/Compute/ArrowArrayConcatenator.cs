using System.Numerics;
using System.Runtime.InteropServices;
using Executor.Arrow.Types;

namespace Executor.Arrow.Compute;

/// <summary>Puts arrays one after the other into new memory.</summary>
public static class ArrowArrayConcatenator
{
    /// <summary>The values of all arrays in order.</summary>
    /// <exception cref="ArgumentException">There are none, or their types differ.</exception>
    /// <exception cref="OverflowException">The result is too long for its offsets, its indices or a .NET array.</exception>
    public static IArrowArray Concatenate(IReadOnlyList<IArrowArray> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        return ArrowArrayFactory.BuildArray(Concatenate([.. arrays.Select(array => array.Data)]));
    }

    /// <summary>The rows of all batches in order, with the first one's schema.</summary>
    /// <exception cref="ArgumentException">There are none, or their fields differ.</exception>
    /// <exception cref="OverflowException">The result is too long for its offsets, its indices or a .NET array.</exception>
    public static RecordBatch Concatenate(IReadOnlyList<RecordBatch> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentOutOfRangeException.ThrowIfZero(batches.Count, nameof(batches));
        var schema = batches[0].Schema;
        foreach (var batch in batches)
        {
            if (!schema.EqualsIgnoringMetadata(batch.Schema))
            {
                throw new ArgumentException($"batches of {schema} and of {batch.Schema} cannot be put together", nameof(batches));
            }
        }

        var columns = new ArrayData[schema.FieldsList.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = Concatenate([.. batches.Select(batch => batch.Columns[i])]);
        }

        return RecordBatch.FromColumns(schema, columns, checked(batches.Sum(batch => batch.Length)));
    }

    internal static ArrayData Concatenate(ArrayData[] arrays)
    {
        ArgumentOutOfRangeException.ThrowIfZero(arrays.Length, nameof(arrays));
        foreach (var array in arrays)
        {
            if (!arrays[0].DataType.Equals(array.DataType))
            {
                throw new ArgumentException(
                    $"arrays of {arrays[0].DataType} and of {array.DataType} cannot be put together", nameof(arrays));
            }
        }

        return arrays.Length == 1 ? arrays[0] : Join(System.Array.ConvertAll(arrays, array => new Piece(array, 0, array.Length)));
    }

    private static ArrayData Join(Piece[] pieces)
    {
        var data = pieces[0].Data;
        var length = checked(pieces.Sum(piece => piece.Length));
        var (kind, width) = data.Layout;
        if (kind == ArrayLayout.Null)
        {
            return new ArrayData(data.DataType, length, length);
        }

        var nullCount = pieces.Sum(piece => piece.NullCount);
        var validity = nullCount == 0 ? ArrowBuffer.Empty : JoinValidity(pieces, length);
        ArrowBuffer[] buffers = [validity];
        ArrayData[] children = [];
        var dictionary = data.Dictionary;
        switch (kind)
        {
            case ArrayLayout.Bits:
                buffers = [validity, JoinBits(pieces, length)];
                break;
            case ArrayLayout.FixedWidth when dictionary is not null:
                (var indices, dictionary) = DictionaryConcatenation.Join(pieces, length);
                buffers = [validity, indices];
                break;
            case ArrayLayout.FixedWidth:
                buffers = [validity, JoinFixedWidth(pieces, length, width)];
                break;
            case ArrayLayout.VariableWidth:
                buffers = [validity, JoinOffsets<int>(pieces, length, out var ranges), JoinBytes(pieces, ranges)];
                break;
            case ArrayLayout.LargeVariableWidth:
                buffers = [validity, JoinOffsets<long>(pieces, length, out ranges), JoinBytes(pieces, ranges)];
                break;
            case ArrayLayout.List:
                buffers = [validity, JoinOffsets<int>(pieces, length, out ranges)];
                children = [Join(ranges)];
                break;
            case ArrayLayout.LargeList:
                buffers = [validity, JoinOffsets<long>(pieces, length, out ranges)];
                children = [Join(ranges)];
                break;
            case ArrayLayout.FixedSizeList:
                children = [Join(System.Array.ConvertAll(
                    pieces, piece => new Piece(piece.Data.Children[0], checked(piece.First * width), checked(piece.Length * width))))];
                break;
            default:
                children = new ArrayData[data.Children.Count];
                for (var i = 0; i < children.Length; i++)
                {
                    children[i] = Join(System.Array.ConvertAll(
                        pieces, piece => new Piece(piece.Data.Children[i], piece.First, piece.Length)));
                }

                break;
        }

        return new ArrayData(data.DataType, length, nullCount, 0, buffers, children, dictionary);
    }

    private static ArrowBuffer JoinValidity(Piece[] pieces, int length)
    {
        var bitmap = new byte[BitUtility.ByteCount(length)];
        var at = 0;
        foreach (var piece in pieces)
        {
            if (piece.Data.HasValidity)
            {
                BitUtility.CopyBits(piece.Data.BufferSpan(0), piece.First, bitmap, at, piece.Length);
            }
            else
            {
                BitUtility.SetBits(bitmap, at, piece.Length);
            }

            at += piece.Length;
        }

        return new ArrowBuffer(bitmap);
    }

    private static ArrowBuffer JoinBits(Piece[] pieces, int length)
    {
        var bitmap = new byte[BitUtility.ByteCount(length)];
        var at = 0;
        foreach (var piece in pieces)
        {
            BitUtility.CopyBits(piece.Data.BufferSpan(1), piece.First, bitmap, at, piece.Length);
            at += piece.Length;
        }

        return new ArrowBuffer(bitmap);
    }

    private static ArrowBuffer JoinFixedWidth(Piece[] pieces, int length, int width)
    {
        var values = GC.AllocateUninitializedArray<byte>(checked(length * width));
        var target = values.AsSpan();
        foreach (var piece in pieces)
        {
            piece.Values(width).CopyTo(target);
            target = target[(piece.Length * width)..];
        }

        return new ArrowBuffer(values);
    }

    /// <summary>Joins offsets, and says which parts of the values or of the child they stand for.</summary>
    private static unsafe ArrowBuffer JoinOffsets<TOffset>(Piece[] pieces, int length, out Piece[] ranges)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        var bytes = GC.AllocateUninitializedArray<byte>(checked((length + 1) * sizeof(TOffset)));
        var target = MemoryMarshal.Cast<byte, TOffset>(bytes.AsSpan());
        target[0] = TOffset.Zero;
        ranges = new Piece[pieces.Length];
        var at = 0;
        for (var i = 0; i < pieces.Length; i++)
        {
            var piece = pieces[i];
            var owner = piece.Data.Children.Count > 0 ? piece.Data.Children[0] : piece.Data;
            if (piece.Length == 0)
            {
                ranges[i] = new Piece(owner, 0, 0);
                continue;
            }

            var source = MemoryMarshal.Cast<byte, TOffset>(piece.Data.BufferSpan(1)).Slice(piece.First, piece.Length + 1);
            ranges[i] = new Piece(owner, int.CreateChecked(source[0]), int.CreateChecked(source[^1] - source[0]));
            var shift = checked(target[at] + (source[^1] - source[0])) - source[^1];
            for (var j = 1; j < source.Length; j++)
            {
                target[at + j] = source[j] + shift;
            }

            at += piece.Length;
        }

        return new ArrowBuffer(bytes);
    }

    private static ArrowBuffer JoinBytes(Piece[] pieces, Piece[] ranges)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(checked(ranges.Sum(range => range.Length)));
        var target = bytes.AsSpan();
        for (var i = 0; i < pieces.Length; i++)
        {
            pieces[i].Data.BufferSpan(2).Slice(ranges[i].Start, ranges[i].Length).CopyTo(target);
            target = target[ranges[i].Length..];
        }

        return new ArrowBuffer(bytes);
    }
}
