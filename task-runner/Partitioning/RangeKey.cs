using System.Numerics;
using Executor.Arrow;

namespace Executor.TaskRunner.Partitioning;

/// <summary>Reads one non-null value of a column in a form that can be compared.</summary>
internal static class RangeKey
{
    /// <summary>Whole numbers, and what is stored as such; unsigned 64-bit ones moved so that their order is that of signed ones.</summary>
    public static long Integer(IArrowArray column, int row) => column switch
    {
        BooleanArray array => array.GetValue(row) == true ? 1 : 0,
        PrimitiveArray<sbyte> array => array.Values[row],
        PrimitiveArray<short> array => array.Values[row],
        PrimitiveArray<int> array => array.Values[row],
        PrimitiveArray<long> array => array.Values[row],
        PrimitiveArray<byte> array => array.Values[row],
        PrimitiveArray<ushort> array => array.Values[row],
        PrimitiveArray<uint> array => array.Values[row],
        _ => FromUnsigned(((PrimitiveArray<ulong>)column).Values[row]),
    };

    /// <summary>Floating-point numbers.</summary>
    public static double Number(IArrowArray column, int row) => column switch
    {
        PrimitiveArray<Half> array => (double)array.Values[row],
        PrimitiveArray<float> array => array.Values[row],
        _ => ((PrimitiveArray<double>)column).Values[row],
    };

    /// <summary>The bytes of text.</summary>
    public static byte[] Bytes(IArrowArray column, int row) =>
        (column is LargeBinaryArray large ? large.GetBytes(row) : ((BinaryArray)column).GetBytes(row)).ToArray();

    /// <summary>The unscaled number of a decimal.</summary>
    public static BigInteger Decimal(IArrowArray column, int row) => ((DecimalArray)column).GetUnscaledValue(row).GetValueOrDefault();

    /// <summary>Moves an unsigned number to where its order is that of signed ones.</summary>
    public static long FromUnsigned(ulong value) => unchecked((long)(value ^ (1UL << 63)));

    /// <summary>NaN above everything.</summary>
    internal sealed class NumberComparer : IComparer<double>
    {
        public int Compare(double x, double y) =>
            double.IsNaN(x) ? (double.IsNaN(y) ? 0 : 1)
            : double.IsNaN(y) ? -1
            : x < y ? -1
            : x > y ? 1
            : 0;
    }

    /// <summary>Byte by byte, which for UTF-8 is the order of code points.</summary>
    internal sealed class BytesComparer : IComparer<byte[]>
    {
        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
