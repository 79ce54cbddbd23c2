using System.Text.Json.Nodes;
using Executor.Kubernetes.Models;

namespace Executor.TestKit.Kubernetes;

/// <summary>What limit ranges allow the containers of a pod: the server's admission plugin as far as containers go, without defaults.</summary>
internal static class LimitRangeRules
{
    /// <exception cref="ApiErrorException">403: all that is wrong, in the server's words.</exception>
    public static void Check(ResourcePath path, JsonObject pod, IEnumerable<JsonObject> limitRanges)
    {
        var limits = limitRanges
            .SelectMany(range => (range["spec"]?["limits"] as JsonArray ?? []).Select(item => item!.AsObject()))
            .Where(item => (string?)item["type"] == "Container")
            .ToList();
        var containers = (pod["spec"]?["containers"] as JsonArray ?? []).Concat(pod["spec"]?["initContainers"] as JsonArray ?? []).ToList();
        List<string> complaints = [.. limits.SelectMany(item => containers.SelectMany(container => Complaints(item, container!.AsObject())))];
        if (complaints.Count > 0)
        {
            throw ApiErrorException.Forbidden(path, complaints.Count == 1 ? complaints[0] : $"[{string.Join(", ", complaints)}]");
        }
    }

    private static IEnumerable<string> Complaints(JsonObject item, JsonObject container)
    {
        foreach (var (resource, max) in item["max"] as JsonObject ?? [])
        {
            var bound = ResourceQuantity.Parse((string)max!);
            var limit = Quantity(container, "limits", resource);
            if (limit is null || limit > bound)
            {
                yield return $"maximum {resource} usage per Container is {max}{(limit is null ? ".  No limit is specified" : $", but limit is {limit}")}";
            }
        }

        foreach (var (resource, min) in item["min"] as JsonObject ?? [])
        {
            var bound = ResourceQuantity.Parse((string)min!);
            var request = Quantity(container, "requests", resource) ?? Quantity(container, "limits", resource);
            if (request is null || request < bound)
            {
                yield return $"minimum {resource} usage per Container is {min}{(request is null ? ".  No request is specified" : $", but request is {request}")}";
            }
        }
    }

    private static ResourceQuantity? Quantity(JsonObject container, string kind, string resource) =>
        container["resources"]?[kind]?[resource] is { } value ? ResourceQuantity.Parse(value.ToString()) : (ResourceQuantity?)null;
}
