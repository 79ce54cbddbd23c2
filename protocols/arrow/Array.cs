using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>A column of values of one type. Immutable and safe for use by several threads.</summary>
public interface IArrowArray
{
    /// <summary>How many values there are.</summary>
    int Length { get; }

    /// <summary>Where in the buffers the first value is, in values.</summary>
    int Offset { get; }

    /// <summary>How many values are null.</summary>
    int NullCount { get; }

    /// <summary>Type and memory.</summary>
    ArrayData Data { get; }

    /// <summary>Whether the value at that index is null.</summary>
    bool IsNull(int index);

    /// <summary>Whether the value at that index is not null.</summary>
    bool IsValid(int index);
}

/// <summary>
/// The base of all arrays. Indices outside of 0 to Length - 1 are refused with <see cref="ArgumentOutOfRangeException"/>.
/// </summary>
public abstract class Array : IArrowArray
{
    private protected Array(ArrayData data, params ReadOnlySpan<ArrowTypeId> expected)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (!expected.Contains(data.DataType.TypeId))
        {
            throw new ArgumentException($"data of type {data.DataType} do not make a {GetType().Name}", nameof(data));
        }

        Data = data;
    }

    /// <inheritdoc/>
    public ArrayData Data { get; }

    /// <inheritdoc/>
    public int Length => Data.Length;

    /// <inheritdoc/>
    public int Offset => Data.Offset;

    /// <inheritdoc/>
    public int NullCount => Data.NullCount;

    /// <summary>The validity bitmap, one bit a value from <see cref="Offset"/> on; empty if no value is null.</summary>
    public ArrowBuffer NullBitmapBuffer => Data.Buffers.Count > 0 ? Data.Buffers[0] : ArrowBuffer.Empty;

    /// <inheritdoc/>
    public bool IsValid(int index) => !IsNull(index);

    /// <inheritdoc/>
    public virtual bool IsNull(int index)
    {
        CheckIndex(index);
        return Data.HasValidity && !BitUtility.GetBit(Data.BufferSpan(0), Offset + index);
    }

    private protected void CheckIndex(int index)
    {
        if ((uint)index >= (uint)Length)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"the array has {Length} values");
        }
    }
}

/// <summary>What can be done with any array.</summary>
public static class ArrowArrayExtensions
{
    /// <summary>A part of the array, over the same memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part reaches outside of the array.</exception>
    public static IArrowArray Slice(this IArrowArray array, int offset, int length)
    {
        ArgumentNullException.ThrowIfNull(array);
        return ArrowArrayFactory.BuildArray(array.Data.Slice(offset, length));
    }
}
