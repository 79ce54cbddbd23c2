using System.Numerics;
using System.Text;
using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>Collects byte strings and their offsets.</summary>
/// <typeparam name="TOffset">32 or 64 bits.</typeparam>
/// <typeparam name="TArray">What is built.</typeparam>
/// <typeparam name="TBuilder">The builder itself.</typeparam>
public abstract class BinaryArrayBuilder<TOffset, TArray, TBuilder> : ArrayBuilder<TArray, TBuilder>
    where TOffset : unmanaged, IBinaryInteger<TOffset>
    where TArray : IArrowArray
    where TBuilder : BinaryArrayBuilder<TOffset, TArray, TBuilder>
{
    private const int BytesOnStack = 256;
    private readonly ArrowBuffer.Builder<TOffset> _offsets = new ArrowBuffer.Builder<TOffset>().Append(TOffset.Zero);
    private readonly ArrowBuffer.Builder<byte> _bytes = new(64);
    private readonly IArrowType _type;
    private readonly Func<ArrayData, TArray> _create;

    private protected BinaryArrayBuilder(IArrowType type, Func<ArrayData, TArray> create)
    {
        _type = type;
        _create = create;
    }

    /// <summary>Adds a byte string.</summary>
    /// <exception cref="OverflowException">The array would hold more than 2 GiB.</exception>
    public TBuilder Append(ReadOnlySpan<byte> value)
    {
        _bytes.Append(value);
        _offsets.Append(TOffset.CreateTruncating(_bytes.Length));
        return CountValid();
    }

    private protected TBuilder AppendText(string? value)
    {
        if (value is null)
        {
            return AppendNull();
        }

        var size = Encoding.UTF8.GetMaxByteCount(value.Length);
        return size <= BytesOnStack
            ? AppendText(value, stackalloc byte[BytesOnStack])
            : Append(Encoding.UTF8.GetBytes(value));
    }

    private protected TBuilder AppendTexts(IEnumerable<string?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (var value in values)
        {
            AppendText(value);
        }

        return (TBuilder)this;
    }

    private protected sealed override void AppendNullSlot() => _offsets.Append(TOffset.CreateTruncating(_bytes.Length));

    private protected sealed override TArray BuildArray(int length, int nullCount, ArrowBuffer validity)
    {
        var offsets = _offsets.Build();
        _offsets.Append(TOffset.Zero);
        return _create(new ArrayData(_type, length, nullCount, 0, [validity, offsets, _bytes.Build()]));
    }

    private TBuilder AppendText(string value, Span<byte> buffer) => Append(buffer[..Encoding.UTF8.GetBytes(value, buffer)]);
}
