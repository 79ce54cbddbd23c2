using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Executor.TestKit;
using Executor.TestKit.Charts;

namespace Charts.Tests;

/// <summary>What the files of the chart say, as they lie in the repository.</summary>
internal static partial class ChartFiles
{
    public static string AppVersion => Metadata["appVersion"]!.GetValue<string>();

    public static JsonObject Metadata => YamlDocuments.Parse(Text("Chart.yaml")).Single();

    public static JsonObject Values => YamlDocuments.Parse(Text("values.yaml")).Single();

    public static JsonObject Schema => JsonNode.Parse(Text("values.schema.json"))!.AsObject();

    public static string ProductVersion =>
        XDocument.Load(Repository.PathOf("Directory.Build.props")).Descendants("Version").Single().Value;

    /// <summary>The paths of all values that can be set, such as <c>store.key.existingSecret</c>; maps that are free are one value.</summary>
    public static IEnumerable<string> ValuePaths(JsonObject values, string prefix = "") => values.SelectMany(pair =>
        pair.Value is JsonObject { Count: > 0 } below && !IsFree(prefix + pair.Key) ? ValuePaths(below, prefix + pair.Key + ".") : [prefix + pair.Key]);

    /// <summary>The paths that the first column of the README's tables names.</summary>
    public static IEnumerable<string> DocumentedPaths() => TableRow().Matches(Text("README.md")).SelectMany(row => Code().Matches(row.Groups[1].Value)).Select(code => code.Groups[1].Value);

    /// <summary>The properties that the schema knows under a path, with its references followed; null where it names none.</summary>
    public static JsonObject? SchemaOf(string path)
    {
        JsonNode? at = Schema;
        foreach (var part in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            at = at?["properties"]?[part];
            if (at?["$ref"] is { } reference)
            {
                at = Schema["definitions"]![reference.GetValue<string>().Split('/')[^1]];
            }
        }

        return at as JsonObject;
    }

    private static bool IsFree(string path) => path is "podSecurityContext" or "securityContext" || path.EndsWith(".resources", StringComparison.Ordinal);

    private static string Text(string name) => File.ReadAllText(Path.Combine(Chart.Folder, name));

    [GeneratedRegex(@"^\| ([^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
