using System.Numerics;
using System.Runtime.InteropServices;
using Executor.Arrow.Types;

namespace Executor.Arrow.Compute;

/// <summary>
/// Joins dictionary-encoded arrays. Where they share their dictionary it stays; else the dictionaries are joined, duplicates and all,
/// and the indices moved.
/// </summary>
internal static class DictionaryConcatenation
{
    public static (ArrowBuffer Indices, ArrayData Dictionary) Join(Piece[] pieces, int length)
    {
        var dictionaries = new List<ArrayData>();
        var shifts = new int[pieces.Length];
        var total = 0;
        for (var i = 0; i < pieces.Length; i++)
        {
            var dictionary = pieces[i].Data.Dictionary!;
            if (dictionaries.Count == 0 || !ArrayDataEquality.SameValues(dictionaries[^1], dictionary))
            {
                dictionaries.Add(dictionary);
                total = checked(total + dictionary.Length);
            }

            shifts[i] = total - dictionary.Length;
        }

        var type = (DictionaryType)pieces[0].Data.DataType;
        var indices = type.IndexType.TypeId switch
        {
            ArrowTypeId.Int8 => JoinIndices<sbyte>(pieces, shifts, total, length, type),
            ArrowTypeId.Int16 => JoinIndices<short>(pieces, shifts, total, length, type),
            ArrowTypeId.Int32 => JoinIndices<int>(pieces, shifts, total, length, type),
            ArrowTypeId.Int64 => JoinIndices<long>(pieces, shifts, total, length, type),
            ArrowTypeId.UInt8 => JoinIndices<byte>(pieces, shifts, total, length, type),
            ArrowTypeId.UInt16 => JoinIndices<ushort>(pieces, shifts, total, length, type),
            ArrowTypeId.UInt32 => JoinIndices<uint>(pieces, shifts, total, length, type),
            _ => JoinIndices<ulong>(pieces, shifts, total, length, type),
        };
        return (indices, ArrowArrayConcatenator.Concatenate([.. dictionaries]));
    }

    private static unsafe ArrowBuffer JoinIndices<TIndex>(
        Piece[] pieces, int[] shifts, int dictionaryLength, int length, DictionaryType type)
        where TIndex : unmanaged, IBinaryInteger<TIndex>, IMinMaxValue<TIndex>
    {
        if (shifts[^1] > 0 && dictionaryLength - 1L > long.CreateSaturating(TIndex.MaxValue))
        {
            throw new OverflowException($"the joined dictionaries have {dictionaryLength} values, too many for the indices of {type}");
        }

        var bytes = GC.AllocateUninitializedArray<byte>(checked(length * sizeof(TIndex)));
        var target = MemoryMarshal.Cast<byte, TIndex>(bytes.AsSpan());
        for (var i = 0; i < pieces.Length; i++)
        {
            var source = MemoryMarshal.Cast<byte, TIndex>(pieces[i].Values(sizeof(TIndex)));

            // What stands where a value is null may overflow; it means nothing.
            var shift = TIndex.CreateTruncating(shifts[i]);
            for (var j = 0; j < source.Length; j++)
            {
                target[j] = unchecked(source[j] + shift);
            }

            target = target[source.Length..];
        }

        return new ArrowBuffer(bytes);
    }
}
