using System.Numerics;
using System.Runtime.InteropServices;
using Executor.Arrow.Types;

namespace Executor.Arrow.Ipc;

/// <summary>
/// Checks that what was received can be read without looking at lengths again: offsets do not decrease and stay inside of what they
/// point into, indices stay inside of their dictionary.
/// </summary>
internal static class ArrayValidator
{
    public static void CheckOffsets<TOffset>(ReadOnlySpan<byte> buffer, int length, long valueLength, string path)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        var offsets = MemoryMarshal.Cast<byte, TOffset>(buffer)[..(length + 1)];
        var first = offsets[0];
        var last = offsets[^1];
        if (TOffset.IsNegative(first) || last > TOffset.CreateSaturating(valueLength))
        {
            throw new InvalidDataException(
                $"column '{path}': its offsets go from {first} to {last}, outside of the {valueLength} bytes or items there are");
        }

        if (!IsAscending(offsets))
        {
            throw new InvalidDataException($"column '{path}': its offsets decrease");
        }
    }

    public static void CheckIndices(ArrayData indices, int dictionaryLength, string path)
    {
        var outside = ((DictionaryType)indices.DataType).IndexType.TypeId switch
        {
            ArrowTypeId.Int8 => FindOutside<sbyte>(indices, dictionaryLength),
            ArrowTypeId.Int16 => FindOutside<short>(indices, dictionaryLength),
            ArrowTypeId.Int32 => FindOutside<int>(indices, dictionaryLength),
            ArrowTypeId.Int64 => FindOutside<long>(indices, dictionaryLength),
            ArrowTypeId.UInt8 => FindOutside<byte>(indices, dictionaryLength),
            ArrowTypeId.UInt16 => FindOutside<ushort>(indices, dictionaryLength),
            ArrowTypeId.UInt32 => FindOutside<uint>(indices, dictionaryLength),
            _ => FindOutside<ulong>(indices, dictionaryLength),
        };
        if (outside is not null)
        {
            throw new InvalidDataException($"column '{path}': index {outside} is outside of its dictionary of {dictionaryLength} values");
        }
    }

    private static bool IsAscending<TOffset>(ReadOnlySpan<TOffset> offsets)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        var i = 0;
        for (; i + Vector<TOffset>.Count < offsets.Length; i += Vector<TOffset>.Count)
        {
            if (Vector.GreaterThanAny(new Vector<TOffset>(offsets[i..]), new Vector<TOffset>(offsets[(i + 1)..])))
            {
                return false;
            }
        }

        for (; i + 1 < offsets.Length; i++)
        {
            if (offsets[i] > offsets[i + 1])
            {
                return false;
            }
        }

        return true;
    }

    private static object? FindOutside<TIndex>(ArrayData indices, int dictionaryLength)
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        var values = MemoryMarshal.Cast<byte, TIndex>(indices.BufferSpan(1))[..indices.Length];
        var limit = ulong.CreateChecked(dictionaryLength);
        for (var i = 0; i < values.Length; i++)
        {
            // A negative index becomes a huge one. What stands where a value is null means nothing.
            if (ulong.CreateTruncating(values[i]) >= limit && (!indices.HasValidity || BitUtility.GetBit(indices.BufferSpan(0), i)))
            {
                return values[i];
            }
        }

        return null;
    }
}
