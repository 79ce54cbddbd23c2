using System.Text.Json;
using System.Text.Json.Nodes;

namespace Executor.Launching.Kubernetes.Pods;

/// <summary>
/// A task's <c>securityContext</c> is written once; Kubernetes has one for the pod and one for the container, with members that only one of them has
/// (core/v1 PodSecurityContext, SecurityContext). Those that both have count for the container, which wins over the pod.
/// </summary>
internal static class SecurityContextSplit
{
    private static readonly HashSet<string> OfThePodAlone = new(StringComparer.Ordinal)
    {
        "fsGroup", "fsGroupChangePolicy", "supplementalGroups", "supplementalGroupsPolicy", "sysctls",
    };

    /// <summary>Lays a task's members over those of its pod and its container.</summary>
    public static void Apply(JsonElement securityContext, JsonObject ofPod, JsonObject ofContainer)
    {
        foreach (var member in securityContext.EnumerateObject())
        {
            var target = OfThePodAlone.Contains(member.Name) ? ofPod : ofContainer;
            PodTemplatePatch.Apply(target, new JsonObject { [member.Name] = JsonNode.Parse(member.Value.GetRawText()) });
        }
    }
}
