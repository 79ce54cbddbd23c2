using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>A column of byte strings with 32-bit offsets.</summary>
public class BinaryArray : Array
{
    /// <summary>An array over data of type <see cref="BinaryType"/>, or of <see cref="StringType"/> to see the bytes of text.</summary>
    public BinaryArray(ArrayData data)
        : base(data, ArrowTypeId.Binary, ArrowTypeId.String)
    {
    }

    /// <summary>The buffer of offsets, 32 bits each; one more than values, from <see cref="Array.Offset"/> on.</summary>
    public ArrowBuffer ValueOffsetsBuffer => Data.Buffers[1];

    /// <summary>The offsets of this array's values: <see cref="Array.Length"/> + 1 of them, or none if there are no values.</summary>
    public ReadOnlySpan<int> ValueOffsets =>
        Length == 0 ? [] : MemoryMarshal.Cast<byte, int>(Data.BufferSpan(1).Slice(Offset * 4, (Length + 1) * 4));

    /// <summary>The buffer that the offsets point into.</summary>
    public ArrowBuffer ValueBuffer => Data.Buffers[2];

    /// <summary>Bytes of the value at that index; 0 if it is null.</summary>
    public int GetValueLength(int index) => GetBytes(index).Length;

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

        var offsets = Data.BufferSpan(1).Slice((Offset + index) * 4, 8);
        var start = BinaryPrimitives.ReadInt32LittleEndian(offsets);
        return Data.BufferSpan(2)[start..BinaryPrimitives.ReadInt32LittleEndian(offsets[4..])];
    }

    /// <summary>Collects byte strings.</summary>
    public sealed class Builder() : BinaryArrayBuilder<int, BinaryArray, Builder>(BinaryType.Default, data => new BinaryArray(data));
}

/// <summary>A column of UTF-8 text with 32-bit offsets.</summary>
public sealed class StringArray : BinaryArray
{
    /// <summary>An array over data of type <see cref="StringType"/>.</summary>
    public StringArray(ArrayData data)
        : base(data)
    {
        if (data.DataType.TypeId != ArrowTypeId.String)
        {
            throw new ArgumentException($"data of type {data.DataType} do not make a {nameof(StringArray)}", nameof(data));
        }
    }

    /// <summary>The text at that index, null if it is null; bytes that are not UTF-8 become U+FFFD.</summary>
    public string? GetString(int index)
    {
        var bytes = GetBytes(index, out var isNull);
        return isNull ? null : Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Collects text.</summary>
    public new sealed class Builder() : BinaryArrayBuilder<int, StringArray, Builder>(StringType.Default, data => new StringArray(data))
    {
        /// <summary>Adds text as UTF-8, or a null.</summary>
        public Builder Append(string? value) => AppendText(value);

        /// <summary>Adds texts as UTF-8, and nulls.</summary>
        public Builder AppendRange(IEnumerable<string?> values) => AppendTexts(values);
    }
}
