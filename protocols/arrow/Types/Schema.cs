namespace Executor.Arrow.Types;

/// <summary>The columns of a record batch. Immutable.</summary>
public sealed partial class Schema
{
    private readonly Field[] _fields;

    /// <summary>A schema of these fields; the metadata, if any, is copied.</summary>
    public Schema(IEnumerable<Field> fields, IEnumerable<KeyValuePair<string, string>>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(fields);
        _fields = [.. fields];
        Metadata = Field.CopyMetadata(metadata);
    }

    /// <summary>The fields in order.</summary>
    public IReadOnlyList<Field> FieldsList => _fields;

    /// <summary>User-defined key-value pairs; empty if there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Whether there is metadata.</summary>
    public bool HasMetadata => Metadata.Count > 0;

    /// <summary>The field at that position.</summary>
    public Field GetFieldByIndex(int index) => _fields[index];

    /// <summary>The first field of that name; null if there is none.</summary>
    public Field? GetFieldByName(string name) => GetFieldIndex(name) is >= 0 and var index ? _fields[index] : null;

    /// <summary>The position of the first field of that name; -1 if there is none.</summary>
    /// <param name="name">The name to look for.</param>
    /// <param name="comparer">How names are compared; ordinal by default.</param>
    public int GetFieldIndex(string name, IEqualityComparer<string>? comparer = null)
    {
        comparer ??= StringComparer.Ordinal;
        for (var i = 0; i < _fields.Length; i++)
        {
            if (comparer.Equals(_fields[i].Name, name))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>
    /// Whether both schemas have the same fields (names, types, nullability) in the same order. Metadata is not looked at,
    /// neither the schemas' nor the fields'.
    /// </summary>
    public bool EqualsIgnoringMetadata(Schema other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (_fields.Length != other._fields.Length)
        {
            return false;
        }

        for (var i = 0; i < _fields.Length; i++)
        {
            if (!_fields[i].EqualsIgnoringMetadata(other._fields[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The fields on one line, as in <c>{id: int64 not null, name: string}</c>.</summary>
    public override string ToString() => $"{{{string.Join<Field>(", ", _fields)}}}";
}
