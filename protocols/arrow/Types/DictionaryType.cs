namespace Executor.Arrow.Types;

/// <summary>Values stored once in a dictionary, and indices into it.</summary>
public sealed class DictionaryType : FixedWidthType
{
    /// <summary>A dictionary of <paramref name="valueType"/> reached through indices of <paramref name="indexType"/>.</summary>
    /// <exception cref="ArgumentException">The index type is not an integer.</exception>
    public DictionaryType(IArrowType indexType, IArrowType valueType, bool ordered = false)
    {
        if (indexType is not IntegralType integral)
        {
            throw new ArgumentException($"dictionary indices are integers, found {indexType}", nameof(indexType));
        }

        IndexType = integral;
        ValueType = valueType;
        Ordered = ordered;
    }

    /// <summary>The type of the indices: an <see cref="IntegralType"/>.</summary>
    public IArrowType IndexType { get; }

    /// <summary>The type of the dictionary's values.</summary>
    public IArrowType ValueType { get; }

    /// <summary>Whether the order of the dictionary's values means something.</summary>
    public bool Ordered { get; }

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Dictionary;

    /// <inheritdoc/>
    public override string Name => "dictionary";

    /// <inheritdoc/>
    public override int BitWidth => ((IntegralType)IndexType).BitWidth;

    /// <inheritdoc/>
    public override string ToString() => $"dictionary<values={ValueType}, indices={IndexType}{(Ordered ? ", ordered" : "")}>";

    private protected override bool ParametersEqual(ArrowType other)
    {
        var dictionary = (DictionaryType)other;
        return Ordered == dictionary.Ordered
            && IndexType.Equals(dictionary.IndexType)
            && ValueType.Equals(dictionary.ValueType);
    }
}
