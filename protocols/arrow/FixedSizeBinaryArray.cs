using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>A column of byte strings of one length.</summary>
public class FixedSizeBinaryArray : Array
{
    private readonly int _width;

    /// <summary>An array over data of type <see cref="FixedSizeBinaryType"/>.</summary>
    public FixedSizeBinaryArray(ArrayData data)
        : this(data, ArrowTypeId.FixedSizedBinary)
    {
    }

    private protected FixedSizeBinaryArray(ArrayData data, ArrowTypeId expected)
        : base(data, expected) => _width = ((FixedSizeBinaryType)data.DataType).ByteWidth;

    /// <summary>The values; the first is at <see cref="Array.Offset"/>.</summary>
    public ArrowBuffer ValueBuffer => Data.Buffers[1];

    /// <summary>The bytes at that index; empty if the value is null.</summary>
    public ReadOnlySpan<byte> GetBytes(int index) => IsNull(index) ? [] : Data.BufferSpan(1).Slice((Offset + index) * _width, _width);

    /// <summary>Collects byte strings of one length.</summary>
    /// <param name="type">The type, which says how long they are.</param>
    public sealed class Builder(FixedSizeBinaryType type)
        : FixedSizeBinaryArrayBuilder<FixedSizeBinaryArray, Builder>(type, data => new FixedSizeBinaryArray(data));
}

/// <summary>Collects byte strings of one length.</summary>
/// <typeparam name="TArray">What is built.</typeparam>
/// <typeparam name="TBuilder">The builder itself.</typeparam>
public abstract class FixedSizeBinaryArrayBuilder<TArray, TBuilder> : ArrayBuilder<TArray, TBuilder>
    where TArray : IArrowArray
    where TBuilder : FixedSizeBinaryArrayBuilder<TArray, TBuilder>
{
    private readonly ArrowBuffer.Builder<byte> _values = new(64);
    private readonly FixedSizeBinaryType _type;
    private readonly Func<ArrayData, TArray> _create;

    private protected FixedSizeBinaryArrayBuilder(FixedSizeBinaryType type, Func<ArrayData, TArray> create)
    {
        ArgumentNullException.ThrowIfNull(type);
        _type = type;
        _create = create;
    }

    /// <summary>Adds a byte string.</summary>
    /// <exception cref="ArgumentException">It is not as long as the type says.</exception>
    public TBuilder Append(ReadOnlySpan<byte> value)
    {
        if (value.Length != _type.ByteWidth)
        {
            throw new ArgumentException($"a value of {_type} has {_type.ByteWidth} bytes, found {value.Length}", nameof(value));
        }

        _values.Append(value);
        return CountValid();
    }

    private protected sealed override void AppendNullSlot()
    {
        for (var i = 0; i < _type.ByteWidth; i++)
        {
            _values.Append((byte)0);
        }
    }

    private protected sealed override TArray BuildArray(int length, int nullCount, ArrowBuffer validity) =>
        _create(new ArrayData(_type, length, nullCount, 0, [validity, _values.Build()]));
}
