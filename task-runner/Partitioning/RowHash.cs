using System.Buffers.Binary;
using Executor.Arrow;
using Executor.Arrow.Types;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Partitioning;

/// <summary>
/// The hash that decides a row's partition. It is part of the data's contract: outputs of different tasks, machines and versions that are
/// partitioned by equal keys into equally many partitions can be joined partition by partition. It must never change.
/// <code>
/// value hash  = XXH64 (seed 0) of the value's bytes:
///   bool, int8..int64, date, time, timestamp, duration   the number, sign-extended to 64 bits, little-endian
///   uint8..uint64                                        the number, zero-extended to 64 bits, little-endian
///   float16, float32, float64                            as float64, -0 as 0, every NaN as 0x7FF8000000000000, little-endian
///   utf8, binary (32- and 64-bit offsets), fixed size    the bytes
///   decimal                                              the unscaled number as stored, little-endian
///   dictionary                                           as the value that it stands for
///   null                                                 the fixed number 0x9E3779B97F4A7C15 instead of a hash
/// row hash    = the value hash of the first key column; for each further one XXH64 of the 16 bytes
///               (row hash so far, value hash), both little-endian
/// partition   = the high 64 bits of the 128-bit product (row hash x partition count)
/// </code>
/// </summary>
internal static class RowHash
{
    /// <summary>Stands for the hash of a null.</summary>
    public const ulong OfNull = 0x9E3779B97F4A7C15UL;

    private const ulong CanonicalNan = 0x7FF8000000000000UL;

    /// <summary>The partition of a row.</summary>
    public static int PartitionOf(ulong hash, int count) => (int)Math.BigMul(hash, (ulong)count, out _);

    /// <summary>Adds a further column's value hash to a row's hash.</summary>
    public static ulong Combine(ulong hash, ulong next)
    {
        Span<byte> both = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(both, hash);
        BinaryPrimitives.WriteUInt64LittleEndian(both[8..], next);
        return XxHash64.Of(both);
    }

    /// <summary>True for a type whose values have a hash.</summary>
    public static bool Supports(IArrowType type) => type.TypeId switch
    {
        ArrowTypeId.Dictionary => Supports(((DictionaryType)type).ValueType),
        ArrowTypeId.List or ArrowTypeId.LargeList or ArrowTypeId.FixedSizeList or ArrowTypeId.Struct or ArrowTypeId.Map
            or ArrowTypeId.Interval => false,
        _ => true,
    };

    /// <summary>The value hashes of a column.</summary>
    /// <exception cref="AttemptFailedException">The column's type has none.</exception>
    public static void OfColumn(IArrowArray column, Span<ulong> hashes)
    {
        switch (column)
        {
            case NullArray:
                break;
            case BooleanArray array:
                for (var i = 0; i < hashes.Length; i++)
                {
                    hashes[i] = XxHash64.Of(array.GetValue(i) == true ? 1UL : 0UL);
                }

                break;
            case DictionaryArray array:
                OfDictionary(array, hashes);
                break;
            case BinaryArray array:
                for (var i = 0; i < hashes.Length; i++)
                {
                    hashes[i] = XxHash64.Of(array.GetBytes(i));
                }

                break;
            case LargeBinaryArray array:
                for (var i = 0; i < hashes.Length; i++)
                {
                    hashes[i] = XxHash64.Of(array.GetBytes(i));
                }

                break;
            case FixedSizeBinaryArray array:
                for (var i = 0; i < hashes.Length; i++)
                {
                    hashes[i] = XxHash64.Of(array.GetBytes(i));
                }

                break;
            default:
                OfNumbers(column, hashes);
                break;
        }

        ReplaceNulls(column, hashes);
    }

    private static void OfNumbers(IArrowArray column, Span<ulong> hashes)
    {
        switch (column)
        {
            case PrimitiveArray<sbyte> array:
                OfEach(array.Values, hashes, static value => (ulong)value);
                break;
            case PrimitiveArray<short> array:
                OfEach(array.Values, hashes, static value => (ulong)value);
                break;
            case PrimitiveArray<int> array:
                OfEach(array.Values, hashes, static value => (ulong)value);
                break;
            case PrimitiveArray<long> array:
                OfEach(array.Values, hashes, static value => (ulong)value);
                break;
            case PrimitiveArray<byte> array:
                OfEach(array.Values, hashes, static value => value);
                break;
            case PrimitiveArray<ushort> array:
                OfEach(array.Values, hashes, static value => value);
                break;
            case PrimitiveArray<uint> array:
                OfEach(array.Values, hashes, static value => value);
                break;
            case PrimitiveArray<ulong> array:
                OfEach(array.Values, hashes, static value => value);
                break;
            case PrimitiveArray<Half> array:
                OfEach(array.Values, hashes, static value => Canonical((double)value));
                break;
            case PrimitiveArray<float> array:
                OfEach(array.Values, hashes, static value => Canonical(value));
                break;
            case PrimitiveArray<double> array:
                OfEach(array.Values, hashes, Canonical);
                break;
            default:
                throw AttemptFailedException.InvalidOutput($"values of type {column.Data.DataType} cannot be keys of hash partitioning");
        }
    }

    private static void OfEach<T>(ReadOnlySpan<T> values, Span<ulong> hashes, Func<T, ulong> toBits)
    {
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = XxHash64.Of(toBits(values[i]));
        }
    }

    private static void OfDictionary(DictionaryArray array, Span<ulong> hashes)
    {
        var values = new ulong[array.Dictionary.Length];
        OfColumn(array.Dictionary, values);
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = array.GetDictionaryIndex(i) is { } index ? values[index] : OfNull;
        }
    }

    private static void ReplaceNulls(IArrowArray column, Span<ulong> hashes)
    {
        if (column.NullCount == 0)
        {
            return;
        }

        for (var i = 0; i < hashes.Length; i++)
        {
            if (column.IsNull(i))
            {
                hashes[i] = OfNull;
            }
        }
    }

    private static ulong Canonical(double value) =>
        double.IsNaN(value) ? CanonicalNan : value == 0 ? 0UL : BitConverter.DoubleToUInt64Bits(value);
}
