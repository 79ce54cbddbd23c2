namespace Executor.Arrow.Types;

/// <summary>A type with child fields.</summary>
public abstract class NestedType : ArrowType
{
    private protected NestedType(IReadOnlyList<Field> fields) => Fields = fields;

    /// <summary>The children, in the order of <c>ArrayData.Children</c>.</summary>
    public IReadOnlyList<Field> Fields { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}<{string.Join(", ", Fields)}>";

    private protected override bool ParametersEqual(ArrowType other)
    {
        var fields = ((NestedType)other).Fields;
        if (Fields.Count != fields.Count)
        {
            return false;
        }

        for (var i = 0; i < fields.Count; i++)
        {
            if (Fields[i].IsNullable != fields[i].IsNullable || !Fields[i].DataType.Equals(fields[i].DataType))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Lists with 32-bit offsets into one array of items.</summary>
public sealed class ListType : NestedType
{
    /// <summary>Lists of items as this field describes them.</summary>
    public ListType(Field valueField)
        : base([valueField])
    {
    }

    /// <summary>Lists of nullable items, in a field named <c>item</c>.</summary>
    public ListType(IArrowType valueDataType)
        : this(new Field("item", valueDataType, nullable: true))
    {
    }

    /// <summary>The items.</summary>
    public Field ValueField => Fields[0];

    /// <summary>The type of the items.</summary>
    public IArrowType ValueDataType => ValueField.DataType;

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.List;

    /// <inheritdoc/>
    public override string Name => "list";
}

/// <summary>Lists with 64-bit offsets.</summary>
public sealed class LargeListType : NestedType
{
    /// <summary>Lists of items as this field describes them.</summary>
    public LargeListType(Field valueField)
        : base([valueField])
    {
    }

    /// <summary>Lists of nullable items, in a field named <c>item</c>.</summary>
    public LargeListType(IArrowType valueDataType)
        : this(new Field("item", valueDataType, nullable: true))
    {
    }

    /// <summary>The items.</summary>
    public Field ValueField => Fields[0];

    /// <summary>The type of the items.</summary>
    public IArrowType ValueDataType => ValueField.DataType;

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.LargeList;

    /// <inheritdoc/>
    public override string Name => "large_list";
}

/// <summary>Lists that all have one length.</summary>
public sealed class FixedSizeListType : NestedType
{
    /// <summary>Lists of <paramref name="listSize"/> items as this field describes them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    public FixedSizeListType(Field valueField, int listSize)
        : base([valueField])
    {
        ArgumentOutOfRangeException.ThrowIfNegative(listSize);
        ListSize = listSize;
    }

    /// <summary>Lists of <paramref name="listSize"/> nullable items, in a field named <c>item</c>.</summary>
    public FixedSizeListType(IArrowType valueDataType, int listSize)
        : this(new Field("item", valueDataType, nullable: true), listSize)
    {
    }

    /// <summary>The items.</summary>
    public Field ValueField => Fields[0];

    /// <summary>The type of the items.</summary>
    public IArrowType ValueDataType => ValueField.DataType;

    /// <summary>Items a list.</summary>
    public int ListSize { get; }

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.FixedSizeList;

    /// <inheritdoc/>
    public override string Name => "fixed_size_list";

    /// <inheritdoc/>
    public override string ToString() => $"{base.ToString()}[{ListSize}]";

    private protected override bool ParametersEqual(ArrowType other) =>
        base.ParametersEqual(other) && ListSize == ((FixedSizeListType)other).ListSize;
}

/// <summary>Values made of named fields.</summary>
/// <param name="fields">The fields; none is allowed.</param>
public sealed class StructType(IReadOnlyList<Field> fields) : NestedType(fields)
{
    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Struct;

    /// <inheritdoc/>
    public override string Name => "struct";

    /// <summary>The index of the field of that name; -1 if there is none.</summary>
    public int GetFieldIndex(string name)
    {
        for (var i = 0; i < Fields.Count; i++)
        {
            if (Fields[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    private protected override bool ParametersEqual(ArrowType other) =>
        base.ParametersEqual(other)
        && Fields.Select(field => field.Name).SequenceEqual(((StructType)other).Fields.Select(field => field.Name));
}

/// <summary>Lists of pairs of a key and a value.</summary>
public sealed class MapType : NestedType
{
    /// <summary>A map whose keys are not null and whose values may be.</summary>
    public MapType(IArrowType key, IArrowType value, bool nullable = true, bool keySorted = false)
        : this(new Field("key", key, nullable: false), new Field("value", value, nullable), keySorted)
    {
    }

    /// <summary>A map with these key and value fields.</summary>
    public MapType(Field key, Field value, bool keySorted = false)
        : this(new Field("entries", new StructType([key, value]), nullable: false), keySorted)
    {
    }

    /// <summary>A map whose entries are this field: a struct of a key and a value.</summary>
    /// <exception cref="ArgumentException">The field is not a struct of two fields.</exception>
    public MapType(Field entries, bool keySorted = false)
        : base([entries])
    {
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.DataType is not StructType { Fields.Count: 2 })
        {
            throw new ArgumentException($"a map's entries are a struct of a key and a value, found {entries}", nameof(entries));
        }

        KeySorted = keySorted;
    }

    /// <summary>The key-value pairs.</summary>
    public StructType KeyValueType => (StructType)Fields[0].DataType;

    /// <summary>The keys.</summary>
    public Field KeyField => KeyValueType.Fields[0];

    /// <summary>The values.</summary>
    public Field ValueField => KeyValueType.Fields[1];

    /// <summary>Whether the keys of each map are in order.</summary>
    public bool KeySorted { get; }

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Map;

    /// <inheritdoc/>
    public override string Name => "map";

    /// <inheritdoc/>
    public override string ToString() => $"map<{KeyField.DataType}, {ValueField.DataType}{(KeySorted ? ", keys_sorted" : "")}>";

    private protected override bool ParametersEqual(ArrowType other)
    {
        var map = (MapType)other;
        return KeySorted == map.KeySorted
            && ValueField.IsNullable == map.ValueField.IsNullable
            && KeyField.DataType.Equals(map.KeyField.DataType)
            && ValueField.DataType.Equals(map.ValueField.DataType);
    }
}
