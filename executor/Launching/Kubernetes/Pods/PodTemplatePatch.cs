using System.Text.Json.Nodes;

namespace Executor.Launching.Kubernetes.Pods;

/// <summary>
/// Lays a partial pod over a generated one as a strategic merge does: mappings are merged, null removes, a list whose elements have a key of their
/// own (containers, volumes and variables by <c>name</c>, mounts by <c>mountPath</c>, ports by <c>containerPort</c>) is merged by it, any other
/// list replaces what was there.
/// </summary>
internal static class PodTemplatePatch
{
    private static readonly Dictionary<string, string> KeyOfList = new(StringComparer.Ordinal)
    {
        ["containers"] = "name",
        ["initContainers"] = "name",
        ["volumes"] = "name",
        ["env"] = "name",
        ["imagePullSecrets"] = "name",
        ["volumeMounts"] = "mountPath",
        ["volumeDevices"] = "devicePath",
        ["ports"] = "containerPort",
        ["hostAliases"] = "ip",
        ["topologySpreadConstraints"] = "topologyKey",
    };

    /// <summary>Changes <paramref name="target"/> by <paramref name="patch"/>, which stays as it is.</summary>
    public static void Apply(JsonObject target, JsonObject patch)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(patch);
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    target.Remove(name);
                    break;
                case JsonObject inner when target[name] is JsonObject existing:
                    Apply(existing, inner);
                    break;
                case JsonObject inner:
                    // Through a merge with nothing, so that nulls inside do not become members.
                    var added = new JsonObject();
                    Apply(added, inner);
                    target[name] = added;
                    break;
                case JsonArray items when KeyOfList.TryGetValue(name, out var key) && target[name] is JsonArray existing:
                    Merge(existing, items, key);
                    break;
                default:
                    target[name] = value.DeepClone();
                    break;
            }
        }
    }

    private static void Merge(JsonArray target, JsonArray patch, string key)
    {
        foreach (var item in patch)
        {
            var existing = item is JsonObject element && element[key] is { } value
                ? target.OfType<JsonObject>().FirstOrDefault(other => JsonNode.DeepEquals(other[key], value))
                : null;
            if (existing is not null)
            {
                Apply(existing, item!.AsObject());
            }
            else
            {
                target.Add(item?.DeepClone());
            }
        }
    }
}
