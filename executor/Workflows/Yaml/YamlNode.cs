using Executor.Workflows.Errors;

namespace Executor.Workflows.Yaml;

/// <summary>A value of a YAML document and where it stands. Immutable; a node that an alias names is shared.</summary>
/// <param name="position">Where it begins.</param>
/// <param name="start">The index of its first character in the text.</param>
/// <param name="end">The index behind its last character.</param>
internal abstract class YamlNode(SourcePosition position, int start, int end)
{
    /// <summary>Where it begins.</summary>
    public SourcePosition Position { get; } = position;

    /// <summary>The index of its first character in the text.</summary>
    public int Start { get; } = start;

    /// <summary>The index behind its last character in the text.</summary>
    public int End { get; } = end;

    /// <summary>How many nodes it is with everything below it, shared nodes counted as often as they appear.</summary>
    public abstract long Size { get; }

    /// <summary>What it is, for a message: <c>a list</c>, <c>'text'</c>.</summary>
    public abstract string Describe();
}

/// <summary>A single value.</summary>
/// <param name="value">The text without quotes.</param>
/// <param name="plain">True if it was written without quotes and so may stand for a number, a truth value or nothing.</param>
/// <param name="position">Where it begins.</param>
/// <param name="start">The index of its first character in the text.</param>
/// <param name="end">The index behind its last character.</param>
internal sealed class YamlScalar(string value, bool plain, SourcePosition position, int start, int end) : YamlNode(position, start, end)
{
    /// <summary>The text without quotes.</summary>
    public string Value { get; } = value;

    /// <summary>True if it was written without quotes.</summary>
    public bool IsPlain { get; } = plain;

    /// <summary>True if nothing was written, or <c>null</c> or <c>~</c>.</summary>
    public bool IsNull => IsPlain && Value is "" or "~" or "null" or "Null" or "NULL";

    /// <inheritdoc/>
    public override long Size => 1;

    /// <inheritdoc/>
    public override string Describe() => IsNull ? "nothing" : Quoted.Text(Value);
}

/// <summary>A list.</summary>
/// <param name="items">Its elements.</param>
/// <param name="position">Where it begins.</param>
/// <param name="start">The index of its first character in the text.</param>
/// <param name="end">The index behind its last character.</param>
internal sealed class YamlList(IReadOnlyList<YamlNode> items, SourcePosition position, int start, int end) : YamlNode(position, start, end)
{
    /// <summary>Its elements.</summary>
    public IReadOnlyList<YamlNode> Items { get; } = items;

    /// <inheritdoc/>
    public override long Size { get; } = 1 + items.Sum(i => i.Size);

    /// <inheritdoc/>
    public override string Describe() => "a list";
}

/// <summary>A mapping.</summary>
/// <param name="entries">Its fields in the order of the file, keys unique.</param>
/// <param name="position">Where it begins.</param>
/// <param name="start">The index of its first character in the text.</param>
/// <param name="end">The index behind its last character.</param>
internal sealed class YamlMap(IReadOnlyList<YamlEntry> entries, SourcePosition position, int start, int end)
    : YamlNode(position, start, end)
{
    /// <summary>Its fields in the order of the file, keys unique.</summary>
    public IReadOnlyList<YamlEntry> Entries { get; } = entries;

    /// <inheritdoc/>
    public override long Size { get; } = 1 + entries.Sum(e => 1 + e.Value.Size);

    /// <inheritdoc/>
    public override string Describe() => "a mapping";
}

/// <summary>One field of a mapping.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">Its value.</param>
internal sealed record YamlEntry(YamlScalar Key, YamlNode Value);
