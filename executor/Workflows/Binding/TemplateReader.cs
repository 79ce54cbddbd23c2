using Executor.Workflows.Errors;
using Executor.Workflows.Values;

namespace Executor.Workflows.Binding;

/// <summary>Reads texts with placeholders and checks that each placeholder has a value where it stands.</summary>
/// <param name="values">Reads the texts.</param>
/// <param name="text">The file's text, to find a placeholder's own position.</param>
/// <param name="parameters">The workflow's parameters.</param>
internal sealed class TemplateReader(ValueReader values, string text, IReadOnlyCollection<string> parameters)
{
    private const string ParameterPrefix = "parameters.";

    /// <summary>A text whose placeholders are known before anything runs: parameters only.</summary>
    public Located<Template>? Parameters(Field? field, string expected, int maxBytes = Limits.TextBytes) =>
        Read(field, expected, maxBytes, [], "here, before there are instances");

    /// <summary>A text of an instance: parameters, the index, the run, and the item where the fan-out has items.</summary>
    public Located<Template>? Instance(Field? field, string expected, bool hasItem, int maxBytes = Limits.TextBytes) =>
        Read(field, expected, maxBytes, hasItem ? ["index", "item", "run.id"] : ["index", "run.id"], "in a task without fanOut.items");

    private Located<Template>? Read(Field? field, string expected, int maxBytes, string[] names, string withoutOthers)
    {
        if (values.Text(field, expected, maxBytes) is not { } source)
        {
            return null;
        }

        if (!Template.TryParse(source.Value, out var template))
        {
            values.Diagnostics.Add(
                Locate(field!, null, field!.Node.Start, out _),
                "found '{{' without '}}' after it, expected a placeholder such as {{index}} (write {{{{ for the text {{)");
            return null;
        }

        var from = field!.Node.Start;
        foreach (var name in template.Placeholders)
        {
            if (!names.Contains(name) && !IsParameter(name))
            {
                Refuse(Locate(field, name, from, out from), name, names, withoutOthers);
            }
        }

        return new Located<Template>(template, source.At);
    }

    private bool IsParameter(string name) =>
        name.StartsWith(ParameterPrefix, StringComparison.Ordinal) && parameters.Contains(name[ParameterPrefix.Length..]);

    private void Refuse(SourceLocation at, string name, string[] names, string withoutOthers)
    {
        var known = names.Concat(parameters.Select(p => ParameterPrefix + p)).ToList();
        var others = known.Count == 0 ? "the workflow has no parameters" : $"there are: {Spelling.List(known)}";
        var hint = name is "index" or "item" or "run.id"
            ? $", which has no value {withoutOthers}; {others}"
            : Spelling.Nearest(name, known) is { } nearest ? $", expected the name of a value (did you mean '{nearest}'?)"
            : $", expected the name of a value{Spelling.Hint(name, known)} (write {{{{{{{{ for the text {{{{)";
        values.Diagnostics.Add(at, $"found '{{{{{name}}}}}'{hint}");
    }

    /// <summary>
    /// Where a placeholder stands in the file, the one that is not closed for null; the value's own place where it is not written there
    /// as such, as with escapes.
    /// </summary>
    private SourceLocation Locate(Field field, string? name, int from, out int next)
    {
        var start = field.Node.Start;
        var written = text.AsSpan(start, Math.Min(field.Node.End, text.Length) - start);
        for (var open = from - start; open < written.Length && written[open..].IndexOf("{{") is >= 0 and var skip; open += 2)
        {
            open += skip;
            var close = written[open..].IndexOf("}}");
            var inside = close < 0 ? default : written[(open + 2)..(open + close)].TrimStart('{').Trim();
            if (name is null ? close < 0 : close > 0 && inside.SequenceEqual(name))
            {
                next = start + open + 2;
                var first = field.Node.Position;
                var before = written[..open];
                var lineStart = before.LastIndexOf('\n');
                return field.At with
                {
                    Position = new SourcePosition(first.Line + before.Count('\n'), lineStart < 0 ? first.Column + open : open - lineStart),
                };
            }
        }

        next = from;
        return field.At;
    }
}
