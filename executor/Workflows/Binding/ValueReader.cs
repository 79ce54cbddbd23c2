using System.Globalization;
using Executor.Contracts.Identity;
using Executor.Workflows.Errors;
using Executor.Workflows.Yaml;

namespace Executor.Workflows.Binding;

/// <summary>Turns YAML values into plain types; each mismatch is an error with what was found and expected, and gives null.</summary>
/// <param name="diagnostics">Where errors go.</param>
internal sealed class ValueReader(DiagnosticList diagnostics)
{
    /// <summary>Where errors go.</summary>
    public DiagnosticList Diagnostics { get; } = diagnostics;

    /// <summary>Says what was found in place of what was expected.</summary>
    public void Mismatch(Field field, string expected) => Diagnostics.Add(field.At, $"found {field.Node.Describe()}, expected {expected}");

    /// <summary>A single value as it was written; not nothing, and at most so many UTF-8 bytes.</summary>
    public Located<string>? Text(Field? field, string expected, int maxBytes = Limits.TextBytes)
    {
        if (field is null)
        {
            return null;
        }

        if (field.Node is not YamlScalar { IsNull: false } scalar)
        {
            Mismatch(field, expected);
            return null;
        }

        var bytes = System.Text.Encoding.UTF8.GetByteCount(scalar.Value);
        if (bytes > maxBytes)
        {
            Diagnostics.Add(field.At, $"found a text of {bytes} bytes, expected at most {maxBytes}");
            return null;
        }

        if (scalar.Value.Contains('\0', StringComparison.Ordinal))
        {
            Diagnostics.Add(field.At, $"found a text with the character U+0000, expected {expected}");
            return null;
        }

        return new Located<string>(scalar.Value, field.At);
    }

    /// <summary>A text that is not empty.</summary>
    public Located<string>? NonEmptyText(Field? field, string expected, int maxBytes = Limits.TextBytes)
    {
        var text = Text(field, expected, maxBytes);
        if (text is { Value: "" })
        {
            Mismatch(field!, expected);
            return null;
        }

        return text;
    }

    /// <summary>
    /// A name that becomes object keys and Kubernetes names; one that breaks the rules is told and returned all the same.
    /// </summary>
    public Located<string>? Name(Field? field)
    {
        const string Expected = "1 to 63 lower-case letters, digits and '-', beginning and ending with a letter or digit";
        var name = Text(field, Expected);
        if (name is not null && !Names.IsValid(name.Value))
        {
            Mismatch(field!, Expected);
        }

        return name;
    }

    /// <summary>A whole number within bounds.</summary>
    public int? Integer(Field? field, int min, int max)
    {
        if (field is null)
        {
            return null;
        }

        if (field.Node is YamlScalar scalar && int.TryParse(scalar.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= min && value <= max)
        {
            return value;
        }

        Mismatch(field, $"a whole number from {min} to {max}");
        return null;
    }

    /// <summary>One of some words.</summary>
    public Located<string>? Choice(Field? field, params string[] choices)
    {
        var expected = choices.Length == 1 ? choices[0] : $"{string.Join(", ", choices[..^1])} or {choices[^1]}";
        if (Text(field, expected) is not { } text)
        {
            return null;
        }

        if (!choices.Contains(text.Value))
        {
            var nearest = choices.Length > 1 && Spelling.Nearest(text.Value, choices) is { } near ? $" (did you mean '{near}'?)" : "";
            Diagnostics.Add(text.At, $"found {Quoted.Text(text.Value)}, expected {expected}{nearest}");
            return null;
        }

        return text;
    }

    /// <summary>An error unless exactly one of some fields was given; true if it was.</summary>
    public bool ExactlyOne(SourceLocation at, FieldReader fields, params string[] names)
    {
        var given = names.Where(fields.Has).ToList();
        if (given.Count != 1)
        {
            Diagnostics.Add(
                at,
                $"found {(given.Count == 0 ? "none" : string.Join(" and ", given))}, expected exactly one of {string.Join(", ", names)}");
        }

        return given.Count == 1;
    }

    /// <summary>True; everything else is an error.</summary>
    public bool OnlyTrue(Field field)
    {
        if (field.Node is YamlScalar { IsPlain: true, Value: "true" })
        {
            return true;
        }

        Mismatch(field, "true");
        return false;
    }

    /// <summary>A mapping's fields.</summary>
    public FieldReader? Fields(Field? field, string expected)
    {
        switch (field?.Node)
        {
            case null:
                return null;
            case YamlMap map:
                return new FieldReader(map, field, Diagnostics);
            default:
                Mismatch(field, expected);
                return null;
        }
    }

    /// <summary>A list's elements; none where it is absent or no list.</summary>
    public IReadOnlyList<Field> List(Field? field, string expected, int maxItems)
    {
        switch (field?.Node)
        {
            case null:
                return [];
            case YamlList list when list.Items.Count > maxItems:
                Diagnostics.Add(field.At, $"found a list of {list.Items.Count}, expected at most {maxItems}");
                return [];
            case YamlList list:
                return [.. list.Items.Select(field.Item)];
            default:
                Mismatch(field, expected);
                return [];
        }
    }

    /// <summary>A list of texts that are not empty.</summary>
    public IReadOnlyList<Located<string>> Texts(Field? field, string expected, int maxItems) =>
        [.. List(field, $"a list, each element {expected}", maxItems).Select(f => NonEmptyText(f, expected)).OfType<Located<string>>()];

    /// <summary>A mapping of names to texts.</summary>
    public IReadOnlyDictionary<string, string> TextMap(Field? field, string expected)
    {
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (field is not null && Fields(field, expected) is not null)
        {
            foreach (var (key, value) in ((YamlMap)field.Node).Entries)
            {
                if (Text(field.Child(value, key.Value), "text") is { } text)
                {
                    texts[key.Value] = text.Value;
                }
            }
        }

        return texts;
    }
}
