using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>A column of nothing but nulls.</summary>
/// <param name="data">Data of type <see cref="NullType"/>.</param>
public sealed class NullArray(ArrayData data) : Array(data, ArrowTypeId.Null)
{
    /// <summary>That many nulls.</summary>
    public NullArray(int length)
        : this(new ArrayData(NullType.Default, length, length))
    {
    }

    /// <inheritdoc/>
    public override bool IsNull(int index)
    {
        CheckIndex(index);
        return true;
    }

    /// <summary>Counts nulls.</summary>
    public sealed class Builder : ArrayBuilder<NullArray, Builder>
    {
        private protected override void AppendNullSlot()
        {
            // There are no buffers.
        }

        private protected override NullArray BuildArray(int length, int nullCount, ArrowBuffer validity) => new(length);
    }
}

/// <summary>A column of true and false.</summary>
/// <param name="data">Data of type <see cref="BooleanType"/>.</param>
public sealed class BooleanArray(ArrayData data) : Array(data, ArrowTypeId.Boolean)
{
    /// <summary>The values, one bit each from <see cref="Array.Offset"/> on.</summary>
    public ArrowBuffer ValueBuffer => Data.Buffers[1];

    /// <summary>The value at that index; null if it is null.</summary>
    public bool? GetValue(int index) => IsNull(index) ? null : BitUtility.GetBit(Data.BufferSpan(1), Offset + index);

    /// <summary>Collects values.</summary>
    public sealed class Builder : ArrayBuilder<BooleanArray, Builder>
    {
        private readonly ArrowBuffer.BitmapBuilder _values = new();

        /// <summary>Adds a value.</summary>
        public Builder Append(bool value)
        {
            _values.Append(value);
            return CountValid();
        }

        /// <summary>Adds a value, or a null.</summary>
        public Builder Append(bool? value) => value is { } present ? Append(present) : AppendNull();

        /// <summary>Adds values.</summary>
        public Builder AppendRange(IEnumerable<bool> values)
        {
            ArgumentNullException.ThrowIfNull(values);
            foreach (var value in values)
            {
                Append(value);
            }

            return this;
        }

        private protected override void AppendNullSlot() => _values.Append(false);

        private protected override BooleanArray BuildArray(int length, int nullCount, ArrowBuffer validity) =>
            new(new ArrayData(BooleanType.Default, length, nullCount, 0, [validity, _values.Build()]));
    }
}
