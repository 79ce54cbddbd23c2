using System.Collections.ObjectModel;

namespace Executor.Arrow.Types;

/// <summary>A named column, or a child of a nested type. Immutable.</summary>
public sealed partial class Field
{
    /// <summary>A field; the metadata, if any, is copied, and a repeated key keeps its last value.</summary>
    public Field(string name, IArrowType dataType, bool nullable, IEnumerable<KeyValuePair<string, string>>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(dataType);
        Name = name;
        DataType = dataType;
        IsNullable = nullable;
        Metadata = CopyMetadata(metadata);
    }

    /// <summary>The name; may be empty, and need not be unique in a schema.</summary>
    public string Name { get; }

    /// <summary>The type.</summary>
    public IArrowType DataType { get; }

    /// <summary>Whether values may be null.</summary>
    public bool IsNullable { get; }

    /// <summary>User-defined key-value pairs; empty if there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Whether there is metadata.</summary>
    public bool HasMetadata => Metadata.Count > 0;

    /// <summary>Whether name, nullability and type are those of <paramref name="other"/>; metadata is not looked at.</summary>
    public bool EqualsIgnoringMetadata(Field other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Name == other.Name && IsNullable == other.IsNullable && DataType.Equals(other.DataType);
    }

    /// <summary>The field as in <c>id: int64 not null</c>.</summary>
    public override string ToString() => $"{Name}: {DataType}{(IsNullable ? "" : " not null")}";

    internal static ReadOnlyDictionary<string, string> CopyMetadata(IEnumerable<KeyValuePair<string, string>>? metadata)
    {
        if (metadata is null)
        {
            return ReadOnlyDictionary<string, string>.Empty;
        }

        var copy = new Dictionary<string, string>();
        foreach (var (key, value) in metadata)
        {
            copy[key] = value;
        }

        return copy.AsReadOnly();
    }
}
