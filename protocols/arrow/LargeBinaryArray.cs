using System.Buffers.Binary;
using System.Text;
using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>A column of byte strings with 64-bit offsets. One array still holds at most 2 GiB, the limit of a .NET array.</summary>
public class LargeBinaryArray : Array
{
    /// <summary>An array over data of <see cref="LargeBinaryType"/>, or of <see cref="LargeStringType"/> to see its bytes.</summary>
    public LargeBinaryArray(ArrayData data)
        : base(data, ArrowTypeId.LargeBinary, ArrowTypeId.LargeString)
    {
    }

    /// <summary>The buffer of offsets, 64 bits each; one more than values, from <see cref="Array.Offset"/> on.</summary>
    public ArrowBuffer ValueOffsetsBuffer => Data.Buffers[1];

    /// <summary>The buffer that the offsets point into.</summary>
    public ArrowBuffer ValueBuffer => Data.Buffers[2];

    /// <summary>The bytes at that index; empty if the value is null.</summary>
    public ReadOnlySpan<byte> GetBytes(int index) => GetBytes(index, out _);

    /// <summary>The bytes at that index, and whether the value is null.</summary>
    public ReadOnlySpan<byte> GetBytes(int index, out bool isNull)
    {
        isNull = IsNull(index);
        if (isNull)
        {
            return [];
        }

        var offsets = Data.BufferSpan(1).Slice((Offset + index) * 8, 16);
        var start = (int)BinaryPrimitives.ReadInt64LittleEndian(offsets);
        return Data.BufferSpan(2)[start..(int)BinaryPrimitives.ReadInt64LittleEndian(offsets[8..])];
    }

    /// <summary>Collects byte strings.</summary>
    public sealed class Builder()
        : BinaryArrayBuilder<long, LargeBinaryArray, Builder>(LargeBinaryType.Default, data => new LargeBinaryArray(data));
}

/// <summary>A column of UTF-8 text with 64-bit offsets.</summary>
public sealed class LargeStringArray : LargeBinaryArray
{
    /// <summary>An array over data of type <see cref="LargeStringType"/>.</summary>
    public LargeStringArray(ArrayData data)
        : base(data)
    {
        if (data.DataType.TypeId != ArrowTypeId.LargeString)
        {
            throw new ArgumentException($"data of type {data.DataType} do not make a {nameof(LargeStringArray)}", nameof(data));
        }
    }

    /// <summary>The text at that index, null if it is null; bytes that are not UTF-8 become U+FFFD.</summary>
    public string? GetString(int index)
    {
        var bytes = GetBytes(index, out var isNull);
        return isNull ? null : Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Collects text.</summary>
    public new sealed class Builder()
        : BinaryArrayBuilder<long, LargeStringArray, Builder>(LargeStringType.Default, data => new LargeStringArray(data))
    {
        /// <summary>Adds text as UTF-8, or a null.</summary>
        public Builder Append(string? value) => AppendText(value);

        /// <summary>Adds texts as UTF-8, and nulls.</summary>
        public Builder AppendRange(IEnumerable<string?> values) => AppendTexts(values);
    }
}
