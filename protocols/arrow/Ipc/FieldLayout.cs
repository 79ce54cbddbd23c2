using Executor.Arrow.Types;

namespace Executor.Arrow.Ipc;

/// <summary>A field of a schema with the ids of its dictionaries, which the logical types do not carry.</summary>
internal sealed class FieldLayout
{
    private FieldLayout(Field field, string path, IArrowType type, long? dictionaryId, FieldLayout? values, FieldLayout[] children)
    {
        Field = field;
        Path = path;
        Type = type;
        DictionaryId = dictionaryId;
        Values = values;
        Children = children;
    }

    /// <summary>The field, or the dictionary-encoded field that this is the values' layout of.</summary>
    public Field Field { get; }

    /// <summary>The names from the column on, for messages.</summary>
    public string Path { get; }

    /// <summary>The type of what is laid out.</summary>
    public IArrowType Type { get; }

    /// <summary>The id of the field's dictionary; null if it is not dictionary-encoded.</summary>
    public long? DictionaryId { get; }

    /// <summary>The layout of the dictionary's values, if the field is dictionary-encoded.</summary>
    public FieldLayout? Values { get; }

    /// <summary>The child fields of a nested type.</summary>
    public FieldLayout[] Children { get; }

    /// <summary>The layouts of a schema's fields, with dictionary ids counted from 0 in the order of the fields.</summary>
    public static FieldLayout[] Of(Schema schema)
    {
        var nextId = 0L;
        return [.. schema.FieldsList.Select(field => Of(field, field.Name, ref nextId))];
    }

    public static FieldLayout Plain(Field field, string path, FieldLayout[] children) =>
        new(field, path, field.DataType, null, null, children);

    public static FieldLayout Encoded(Field field, string path, long dictionaryId, FieldLayout[] valueChildren)
    {
        var valueType = ((DictionaryType)field.DataType).ValueType;
        return new FieldLayout(field, path, field.DataType, dictionaryId, new(field, path, valueType, null, null, valueChildren), []);
    }

    private static FieldLayout Of(Field field, string path, ref long nextId)
    {
        if (field.DataType is not DictionaryType dictionary)
        {
            return Plain(field, path, ChildrenOf(field.DataType, path, ref nextId));
        }

        if (dictionary.ValueType is DictionaryType)
        {
            throw new ArgumentException($"field '{path}': Arrow IPC has no dictionaries of dictionaries: {dictionary}");
        }

        var id = nextId++;
        return Encoded(field, path, id, ChildrenOf(dictionary.ValueType, path, ref nextId));
    }

    private static FieldLayout[] ChildrenOf(IArrowType type, string path, ref long nextId)
    {
        var fields = PhysicalLayout.ChildrenOf(type);
        var children = new FieldLayout[fields.Count];
        for (var i = 0; i < children.Length; i++)
        {
            children[i] = Of(fields[i], $"{path}.{fields[i].Name}", ref nextId);
        }

        return children;
    }
}
