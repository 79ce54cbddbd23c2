using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Executor.TestKit.Kubernetes;

/// <summary>Label and field selectors: <c>a=b, a==b, a!=b, a in (x,y), a notin (x,y), a, !a</c>; fields are dotted paths.</summary>
public sealed partial class Selector
{
    private readonly List<Func<JsonObject, bool>> _requirements = [];

    /// <exception cref="ApiErrorException">A requirement is not of the grammar.</exception>
    public Selector(string? labels, string? fields)
    {
        foreach (var requirement in Split(labels))
        {
            _requirements.Add(LabelRequirement(requirement));
        }

        foreach (var requirement in Split(fields))
        {
            var match = Equality().Match(requirement);
            if (!match.Success)
            {
                throw ApiErrorException.BadRequest($"invalid field selector: '{requirement}'");
            }

            var path = match.Groups["key"].Value.Split('.');
            var equal = match.Groups["op"].Value != "!=";
            _requirements.Add(item => (Field(item, path) == match.Groups["value"].Value) == equal);
        }
    }

    public bool Fits(JsonObject item) => _requirements.TrueForAll(requirement => requirement(item));

    private static Func<JsonObject, bool> LabelRequirement(string text)
    {
        if (Equality().Match(text) is { Success: true } equality)
        {
            var (key, value) = (equality.Groups["key"].Value, equality.Groups["value"].Value);
            return equality.Groups["op"].Value == "!=" ? item => Label(item, key) != value : item => Label(item, key) == value;
        }

        if (Set().Match(text) is { Success: true } set)
        {
            var key = set.Groups["key"].Value;
            var values = set.Groups["values"].Value.Split(',', StringSplitOptions.TrimEntries).ToHashSet();
            return set.Groups["op"].Value == "in"
                ? item => Label(item, key) is { } found && values.Contains(found)
                : item => Label(item, key) is not { } found || !values.Contains(found);
        }

        if (Existence().Match(text) is { Success: true } existence)
        {
            var key = existence.Groups["key"].Value;
            var wanted = existence.Groups["not"].Length == 0;
            return item => Label(item, key) is not null == wanted;
        }

        throw ApiErrorException.BadRequest($"unable to parse requirement: found '{text}'");
    }

    private static string? Label(JsonObject item, string key) => (string?)item["metadata"]?["labels"]?[key];

    private static string Field(JsonObject item, string[] path) =>
        path.Aggregate((JsonNode?)item, (node, name) => (node as JsonObject)?[name])?.ToString() ?? "";

    // A comma inside parentheses does not separate requirements.
    private static IEnumerable<string> Split(string? text) =>
        string.IsNullOrWhiteSpace(text) ? [] : Comma().Split(text).Select(part => part.Trim());

    [GeneratedRegex(@",(?![^(]*\))")]
    private static partial Regex Comma();

    [GeneratedRegex(@"^(?<key>[\w./-]+)\s*(?<op>==|=|!=)\s*(?<value>[\w.-]*)$")]
    private static partial Regex Equality();

    [GeneratedRegex(@"^(?<key>[\w./-]+)\s+(?<op>in|notin)\s*\((?<values>[^)]*)\)$")]
    private static partial Regex Set();

    [GeneratedRegex(@"^(?<not>!?)(?<key>[\w./-]+)$")]
    private static partial Regex Existence();
}
