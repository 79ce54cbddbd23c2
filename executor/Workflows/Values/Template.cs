using System.Text;

namespace Executor.Workflows.Values;

/// <summary>
/// A text with placeholders: <c>{{index}}</c>, <c>{{parameters.days}}</c>. Four braces <c>{{{{</c> stand for the text <c>{{</c>;
/// <c>}}</c> outside of a placeholder is text. Values are put in once and are not looked at for placeholders again. Immutable.
/// </summary>
internal sealed class Template
{
    private readonly IReadOnlyList<Part> _parts;

    private Template(string text, IReadOnlyList<Part> parts)
    {
        Text = text;
        _parts = parts;
    }

    /// <summary>The text with its placeholders.</summary>
    public string Text { get; }

    /// <summary>The placeholders' names in order, as written between the braces.</summary>
    public IEnumerable<string> Placeholders => _parts.Where(p => p.IsPlaceholder).Select(p => p.Text);

    /// <summary>True if nothing fixed stands before the first placeholder.</summary>
    public bool BeginsWithPlaceholder => _parts is [{ IsPlaceholder: true }, ..];

    /// <summary>True if it is the same text for every instance and run.</summary>
    public bool IsConstant => !Placeholders.Any();

    /// <summary>Parses a text; false where a placeholder is not closed.</summary>
    public static bool TryParse(string text, out Template template)
    {
        var parts = new List<Part>();
        var literal = new StringBuilder();
        var i = 0;
        while (i < text.Length)
        {
            var braces = text.AsSpan(i).IndexOfAnyExcept('{') is >= 0 and var other ? other : text.Length - i;
            if (braces == 0)
            {
                literal.Append(text[i++]);
                continue;
            }

            literal.Insert(literal.Length, "{{", braces / 4).Append('{', braces % 2);
            i += braces;
            if (braces % 4 < 2)
            {
                continue;
            }

            var end = text.IndexOf("}}", i, StringComparison.Ordinal);
            if (end < 0)
            {
                template = new Template(text, []);
                return false;
            }

            Flush(parts, literal);
            parts.Add(new Part(text[i..end].Trim(), true));
            i = end + 2;
        }

        Flush(parts, literal);
        template = new Template(text, parts);
        return true;
    }

    /// <summary>Parses a text that is known to be a template.</summary>
    /// <exception cref="FormatException">A placeholder is not closed.</exception>
    public static Template Parse(string text) =>
        TryParse(text, out var template) ? template : throw new FormatException($"'{text}' opens a placeholder that is not closed");

    /// <summary>The text with every placeholder replaced; null where a value is not known.</summary>
    public string? Expand(Func<string, string?> valueOf)
    {
        var text = new StringBuilder();
        foreach (var part in _parts)
        {
            if ((part.IsPlaceholder ? valueOf(part.Text) : part.Text) is not { } value)
            {
                return null;
            }

            text.Append(value);
        }

        return text.ToString();
    }

    /// <summary>The template that is left once the placeholders with a known value are replaced.</summary>
    public Template ExpandKnown(Func<string, string?> valueOf)
    {
        // Literals are escaped as a whole: a brace at the end of one and at the start of the next would else open a placeholder.
        var text = new StringBuilder();
        var literal = new StringBuilder();
        foreach (var part in _parts)
        {
            if ((part.IsPlaceholder ? valueOf(part.Text) : part.Text) is { } value)
            {
                literal.Append(value);
                continue;
            }

            text.Append(Escape(literal)).Append("{{").Append(part.Text).Append("}}");
            literal.Clear();
        }

        return Parse(text.Append(Escape(literal)).ToString());
    }

    private static string Escape(StringBuilder literal) => literal.ToString().Replace("{{", "{{{{", StringComparison.Ordinal);

    private static void Flush(List<Part> parts, StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            parts.Add(new Part(literal.ToString(), false));
            literal.Clear();
        }
    }

    private readonly record struct Part(string Text, bool IsPlaceholder);
}
