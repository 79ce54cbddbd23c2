using System.Buffers.Binary;
using System.Numerics;

namespace Executor.Arrow;

/// <summary>Bitmaps as Arrow packs them: the bit of index i is bit i mod 8, from the least significant, of byte i / 8.</summary>
public static class BitUtility
{
    /// <summary>Bytes that <paramref name="bits"/> bits take.</summary>
    public static int ByteCount(int bits) => (int)(((long)bits + 7) >> 3);

    /// <summary>The bit at that index.</summary>
    public static bool GetBit(ReadOnlySpan<byte> data, int index) => ((data[index >> 3] >> (index & 7)) & 1) != 0;

    /// <summary>Sets the bit at that index.</summary>
    public static void SetBit(Span<byte> data, int index) => data[index >> 3] |= (byte)(1 << (index & 7));

    /// <summary>Sets or clears the bit at that index.</summary>
    public static void SetBit(Span<byte> data, int index, bool value)
    {
        if (value)
        {
            SetBit(data, index);
        }
        else
        {
            data[index >> 3] &= (byte)~(1 << (index & 7));
        }
    }

    /// <summary>Sets <paramref name="length"/> bits from <paramref name="offset"/> on.</summary>
    public static void SetBits(Span<byte> data, int offset, int length)
    {
        var end = offset + length;
        while (offset < end && (offset & 7) != 0)
        {
            SetBit(data, offset++);
        }

        var wholeBytes = (end - offset) >> 3;
        data.Slice(offset >> 3, wholeBytes).Fill(0xFF);
        for (offset += wholeBytes << 3; offset < end; offset++)
        {
            SetBit(data, offset);
        }
    }

    /// <summary>How many of <paramref name="length"/> bits from <paramref name="offset"/> on are set.</summary>
    public static int CountBits(ReadOnlySpan<byte> data, int offset, int length)
    {
        var end = offset + length;
        var count = 0;
        while (offset < end && (offset & 7) != 0)
        {
            count += GetBit(data, offset++) ? 1 : 0;
        }

        var bytes = data.Slice(offset >> 3, (end - offset) >> 3);
        offset += bytes.Length << 3;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            count += BitOperations.PopCount(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var b in bytes)
        {
            count += BitOperations.PopCount(b);
        }

        for (; offset < end; offset++)
        {
            count += GetBit(data, offset) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Copies bits; the ranges may begin anywhere in a byte, and bits of the target outside the range stay as they are.</summary>
    public static void CopyBits(ReadOnlySpan<byte> source, int sourceOffset, Span<byte> target, int targetOffset, int length)
    {
        while (length > 0 && (targetOffset & 7) != 0)
        {
            SetBit(target, targetOffset++, GetBit(source, sourceOffset++));
            length--;
        }

        var wholeBytes = length >> 3;
        var bytes = target.Slice(targetOffset >> 3, wholeBytes);
        var from = source[(sourceOffset >> 3)..];
        var shift = sourceOffset & 7;
        if (shift == 0)
        {
            from[..wholeBytes].CopyTo(bytes);
        }
        else
        {
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)((from[i] >> shift) | (from[i + 1] << (8 - shift)));
            }
        }

        sourceOffset += wholeBytes << 3;
        targetOffset += wholeBytes << 3;
        for (length &= 7; length > 0; length--)
        {
            SetBit(target, targetOffset++, GetBit(source, sourceOffset++));
        }
    }
}
