namespace Executor.Arrow;

/// <summary>Collects values into an array. Not safe for use by several threads.</summary>
public interface IArrowArrayBuilder
{
    /// <summary>Values so far.</summary>
    int Length { get; }

    /// <summary>Adds a null.</summary>
    void AppendNull();

    /// <summary>The array. It takes over the memory: the builder is empty afterwards.</summary>
    IArrowArray Build();
}

/// <summary>What all builders share: the validity of values, and calls that can be chained.</summary>
/// <typeparam name="TArray">What is built.</typeparam>
/// <typeparam name="TBuilder">The builder itself.</typeparam>
public abstract class ArrayBuilder<TArray, TBuilder> : IArrowArrayBuilder
    where TArray : IArrowArray
    where TBuilder : ArrayBuilder<TArray, TBuilder>
{
    private ArrowBuffer.BitmapBuilder? _validity;

    private protected ArrayBuilder()
    {
    }

    /// <summary>Values so far.</summary>
    public int Length { get; private set; }

    /// <summary>Nulls so far.</summary>
    public int NullCount => _validity?.UnsetBitCount ?? 0;

    /// <summary>Adds a null.</summary>
    public TBuilder AppendNull()
    {
        // A bitmap is only needed once there is a null.
        _validity ??= new ArrowBuffer.BitmapBuilder(Length + 64).AppendRange(true, Length);
        _validity.Append(false);
        Length++;
        AppendNullSlot();
        return (TBuilder)this;
    }

    /// <summary>The array. It takes over the memory: the builder is empty afterwards.</summary>
    public TArray Build()
    {
        var nullCount = NullCount;
        var length = Length;
        var validity = _validity?.Build() ?? ArrowBuffer.Empty;
        _validity = null;
        Length = 0;
        return BuildArray(length, nullCount, validity);
    }

    void IArrowArrayBuilder.AppendNull() => AppendNull();

    IArrowArray IArrowArrayBuilder.Build() => Build();

    private protected TBuilder CountValid(int count = 1)
    {
        _validity?.AppendRange(true, count);
        Length = checked(Length + count);
        return (TBuilder)this;
    }

    /// <summary>Writes what stands in the buffers where the value is null.</summary>
    private protected abstract void AppendNullSlot();

    private protected abstract TArray BuildArray(int length, int nullCount, ArrowBuffer validity);
}
