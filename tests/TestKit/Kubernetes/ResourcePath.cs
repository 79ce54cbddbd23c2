namespace Executor.TestKit.Kubernetes;

/// <summary>What a path of the API names: a kind, perhaps in a namespace, perhaps one object, perhaps a part of it.</summary>
public sealed record ResourcePath(string Group, string Version, string Plural, string? NamespaceName, string? Name, string? Subresource)
{
    /// <summary>The plural with its group, as messages have it.</summary>
    public string Qualified => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Reads <c>/api/v1/...</c> and <c>/apis/GROUP/VERSION/...</c>; null for other paths.</summary>
    public static ResourcePath? Parse(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        return parts switch
        {
            ["api", var version, .. var rest] => Rest("", version, rest),
            ["apis", var group, var version, .. var rest] => Rest(group, version, rest),
            _ => null,
        };
    }

    private static ResourcePath? Rest(string group, string version, string[] rest) => rest switch
    {
        ["namespaces", var space, var plural] => new(group, version, plural, space, null, null),
        ["namespaces", var space, var plural, var name] => new(group, version, plural, space, name, null),
        ["namespaces", var space, var plural, var name, var part] => new(group, version, plural, space, name, part),
        [var plural] => new(group, version, plural, null, null, null),
        [var plural, var name] => new(group, version, plural, null, name, null),
        [var plural, var name, var part] => new(group, version, plural, null, name, part),
        _ => null,
    };
}
