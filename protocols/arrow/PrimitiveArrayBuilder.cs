using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>Collects values of a fixed width.</summary>
/// <typeparam name="T">A value as it is laid out in the buffer.</typeparam>
/// <typeparam name="TArray">What is built.</typeparam>
/// <typeparam name="TBuilder">The builder itself.</typeparam>
public abstract class PrimitiveArrayBuilder<T, TArray, TBuilder> : ArrayBuilder<TArray, TBuilder>
    where T : unmanaged
    where TArray : IArrowArray
    where TBuilder : PrimitiveArrayBuilder<T, TArray, TBuilder>
{
    private readonly ArrowBuffer.Builder<T> _values = new();
    private readonly Func<ArrayData, TArray> _create;

    private protected PrimitiveArrayBuilder(IArrowType type, Func<ArrayData, TArray> create)
    {
        DataType = type;
        _create = create;
    }

    /// <summary>The type of the array.</summary>
    public IArrowType DataType { get; }

    /// <summary>Adds a value.</summary>
    public TBuilder Append(T value)
    {
        _values.Append(value);
        return CountValid();
    }

    /// <summary>Adds a value, or a null.</summary>
    public TBuilder Append(T? value) => value is { } present ? Append(present) : AppendNull();

    /// <summary>Adds values.</summary>
    public TBuilder Append(ReadOnlySpan<T> values)
    {
        _values.Append(values);
        return CountValid(values.Length);
    }

    /// <summary>Adds values.</summary>
    public TBuilder AppendRange(IEnumerable<T> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (var value in values)
        {
            Append(value);
        }

        return (TBuilder)this;
    }

    /// <summary>Adds values and nulls.</summary>
    public TBuilder AppendRange(IEnumerable<T?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (var value in values)
        {
            Append(value);
        }

        return (TBuilder)this;
    }

    /// <summary>Makes room for that many more values.</summary>
    public TBuilder Reserve(int additionalCapacity)
    {
        _values.Reserve(additionalCapacity);
        return (TBuilder)this;
    }

    private protected sealed override void AppendNullSlot() => _values.Append(default(T));

    private protected sealed override TArray BuildArray(int length, int nullCount, ArrowBuffer validity) =>
        _create(new ArrayData(DataType, length, nullCount, 0, [validity, _values.Build()]));
}
