using System.Globalization;
using System.Text.Json.Nodes;

namespace Executor.TestKit.Kubernetes;

/// <summary>The forms of a patch. Strategic merges know the merge keys of the lists that tests patch; apply merges and never removes.</summary>
internal static class Patching
{
    private static readonly Dictionary<string, string> MergeKeys = new()
    {
        ["conditions"] = "type",
        ["containers"] = "name",
        ["initContainers"] = "name",
        ["env"] = "name",
        ["volumes"] = "name",
        ["ownerReferences"] = "uid",
        ["tolerations"] = "key",
    };

    public static JsonObject Apply(JsonObject target, JsonNode patch, string? contentType) => contentType switch
    {
        "application/json-patch+json" => JsonPatch(target, patch.AsArray()),
        "application/merge-patch+json" => Merge(target, patch.AsObject(), strategic: false),
        "application/strategic-merge-patch+json" or "application/apply-patch+yaml" => Merge(target, patch.AsObject(), strategic: true),
        _ => throw new ApiErrorException(415, "UnsupportedMediaType", $"the body of the request was in an unknown format: {contentType}"),
    };

    private static JsonObject Merge(JsonObject target, JsonObject patch, bool strategic)
    {
        var result = target.DeepClone().AsObject();
        foreach (var (name, value) in patch)
        {
            result[name] = (value, result[name]) switch
            {
                (null, _) => null,
                (JsonObject inner, JsonObject old) => Merge(old, inner, strategic),
                (JsonObject inner, _) => Merge([], inner, strategic),
                (JsonArray inner, JsonArray old) when strategic && MergeKeys.TryGetValue(name, out var key) => MergeLists(old, inner, key),
                var (other, _) => other.DeepClone(),
            };
            if (value is null)
            {
                result.Remove(name);
            }
        }

        return result;
    }

    private static JsonArray MergeLists(JsonArray target, JsonArray patch, string key)
    {
        var result = target.DeepClone().AsArray();
        foreach (var item in patch.Select(item => item!.AsObject()))
        {
            var old = result.FirstOrDefault(found => (string?)found?[key] == (string?)item[key]);
            var merged = Merge(old?.AsObject() ?? [], item, strategic: true);
            if (old is null)
            {
                result.Add(merged);
            }
            else
            {
                result[result.IndexOf(old)] = merged;
            }
        }

        return result;
    }

    private static JsonObject JsonPatch(JsonObject target, JsonArray operations)
    {
        var result = target.DeepClone().AsObject();
        foreach (var operation in operations)
        {
            var parts = ((string)operation!["path"]!).Split('/')[1..]
                .Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToArray();
            var parent = parts[..^1].Aggregate((JsonNode?)result, Step)
                ?? throw new ApiErrorException(422, "Invalid", $"the server rejected our request due to an error in our request: no {operation["path"]}");
            Change(parent, parts[^1], (string)operation["op"]!, operation["value"]);
        }

        return result;
    }

    private static JsonNode? Step(JsonNode? node, string name) => node switch
    {
        JsonArray list => list[int.Parse(name, CultureInfo.InvariantCulture)],
        JsonObject item => item[name],
        _ => null,
    };

    private static void Change(JsonNode parent, string name, string operation, JsonNode? value)
    {
        if (operation == "test")
        {
            if (!JsonNode.DeepEquals(Step(parent, name), value))
            {
                throw new ApiErrorException(422, "Invalid", $"the server rejected our request due to an error in our request: test of {name} failed");
            }
        }
        else if (parent is JsonArray list)
        {
            var index = name == "-" ? list.Count : int.Parse(name, CultureInfo.InvariantCulture);
            if (operation != "add")
            {
                list.RemoveAt(index);
            }

            if (operation != "remove")
            {
                list.Insert(index, value?.DeepClone());
            }
        }
        else if (operation == "remove")
        {
            parent.AsObject().Remove(name);
        }
        else
        {
            parent[name] = value?.DeepClone();
        }
    }
}
