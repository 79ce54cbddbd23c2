using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Executor.Kubernetes.Config;

/// <summary>A mapping in a kubeconfig file that knows where it stands, so that each error can say it.</summary>
internal sealed class KubeConfigNode(string file, string place, YamlMappingNode node)
{
    public string File => file;

    public string Place => place;

    public static KubeConfigNode? Load(string file, string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            // The parser's message may quote the line, and lines hold tokens.
            throw new KubeConfigException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: line {e.Start.Line}, column {e.Start.Column}: not YAML (or JSON), expected a kubeconfig"));
        }

        return stream.Documents.Count == 0 || IsNull(stream.Documents[0].RootNode)
            ? null
            : new KubeConfigNode(file, "", Mapping(file, "the document", stream.Documents[0].RootNode));
    }

    public string? Text(string name)
    {
        if (Child(name) is not { } child)
        {
            return null;
        }

        return child is YamlScalarNode scalar ? scalar.Value : throw Unexpected(name, child, "a string");
    }

    public bool Flag(string name) => Text(name) switch
    {
        null or "" or "false" => false,
        "true" => true,
        _ => throw new KubeConfigException($"{Where(name)}: expected true or false"),
    };

    public KubeConfigNode? Section(string name) =>
        Child(name) is { } child ? new KubeConfigNode(file, Path(name), Mapping(file, Path(name), child)) : null;

    public IEnumerable<KubeConfigNode> Sections(string name) =>
        Items(name).Select((item, index) => new KubeConfigNode(file, At(name, index), Mapping(file, At(name, index), item)));

    public IReadOnlyList<string> Texts(string name) =>
        [.. Items(name).Select((item, index) => item is YamlScalarNode { Value: { } text } ? text : throw Unexpected(At(name, index), item, "a string"))];

    public IReadOnlyList<(string Key, IReadOnlyList<string> Values)> TextLists(string name) =>
        Section(name) is { } section ? [.. section.Keys().Select(key => (key, section.Texts(key)))] : [];

    /// <summary>A path in this file: relative to the file's folder, as kubectl reads it.</summary>
    public string? FilePath(string name) => Text(name) is { Length: > 0 } path ? Absolute(path) : null;

    public string Absolute(string path) => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file)) ?? "", path);

    public JsonNode? Json(string name) => Child(name) is { } child ? ToJson(child) : null;

    public string Where(string name) => $"{file}: {Path(name)}";

    private static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain or ScalarStyle.Any, Value: null or "" or "null" or "~" };

    private static YamlMappingNode Mapping(string file, string place, YamlNode node) =>
        node as YamlMappingNode ?? throw new KubeConfigException($"{file}: {place}: found {Name(node)}, expected a mapping");

    private static string Name(YamlNode node) => node switch
    {
        YamlMappingNode => "a mapping",
        YamlSequenceNode => "a list",
        _ => "a scalar",
    };

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(
            child => KeyValuePair.Create(((child.Key as YamlScalarNode)?.Value) ?? "", ToJson(child.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
        _ when IsNull(node) => null,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } flag => JsonValue.Create(flag.Value == "true"),
        YamlScalarNode { Style: ScalarStyle.Plain } plain when long.TryParse(plain.Value, CultureInfo.InvariantCulture, out var number) =>
            JsonValue.Create(number),
        _ => JsonValue.Create(((YamlScalarNode)node).Value),
    };

    private IEnumerable<string> Keys() => node.Children.Keys.Select(key => (key as YamlScalarNode)?.Value ?? "");

    private IReadOnlyList<YamlNode> Items(string name) => Child(name) switch
    {
        null => [],
        YamlSequenceNode list => [.. list.Children],
        var other => throw Unexpected(name, other, "a list"),
    };

    private YamlNode? Child(string name) =>
        node.Children.TryGetValue(new YamlScalarNode(name), out var child) && !IsNull(child) ? child : null;

    private KubeConfigException Unexpected(string name, YamlNode found, string expected) =>
        new($"{Where(name)}: found {Name(found)}, expected {expected}");

    private string Path(string name) => place.Length == 0 ? name : $"{place}.{name}";

    private static string At(string name, int index) => string.Create(CultureInfo.InvariantCulture, $"{name}[{index}]");
}
