using System.Numerics;
using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>
/// Collects lists: <see cref="Append"/> begins one, and what is then added to <see cref="ValueBuilder"/> belongs to it.
/// </summary>
/// <typeparam name="TOffset">32 or 64 bits.</typeparam>
/// <typeparam name="TArray">What is built.</typeparam>
/// <typeparam name="TBuilder">The builder itself.</typeparam>
public abstract class ListArrayBuilder<TOffset, TArray, TBuilder> : ArrayBuilder<TArray, TBuilder>
    where TOffset : unmanaged, IBinaryInteger<TOffset>
    where TArray : IArrowArray
    where TBuilder : ListArrayBuilder<TOffset, TArray, TBuilder>
{
    private readonly ArrowBuffer.Builder<TOffset> _starts = new();
    private readonly IArrowType _type;
    private readonly Func<ArrayData, TArray> _create;

    private protected ListArrayBuilder(IArrowType type, IArrowType valueType, Func<ArrayData, TArray> create)
    {
        _type = type;
        _create = create;
        ValueBuilder = ArrowArrayBuilderFactory.Create(valueType);
    }

    /// <summary>Takes the items: the builder of the items' type, such as <c>Int32Array.Builder</c>.</summary>
    public IArrowArrayBuilder ValueBuilder { get; }

    /// <summary>Begins a list.</summary>
    public TBuilder Append()
    {
        _starts.Append(TOffset.CreateTruncating(ValueBuilder.Length));
        return CountValid();
    }

    private protected sealed override void AppendNullSlot() => _starts.Append(TOffset.CreateTruncating(ValueBuilder.Length));

    private protected sealed override TArray BuildArray(int length, int nullCount, ArrowBuffer validity)
    {
        _starts.Append(TOffset.CreateTruncating(ValueBuilder.Length));
        return _create(new ArrayData(_type, length, nullCount, 0, [validity, _starts.Build()], [ValueBuilder.Build().Data]));
    }
}
