using System.Text.Json.Nodes;
using Executor.Contracts.Descriptors;
using Executor.Kubernetes.Models;
using Executor.Planning;

namespace Executor.Launching.Kubernetes.Pods;

/// <summary>
/// Lays what a task says of its pod over the template of an attempt, and makes true again what the product promises of every pod: its labels, that requests
/// equal limits, that it never restarts.
/// </summary>
/// <param name="task">The task.</param>
/// <param name="resources">What the attempt has.</param>
internal sealed class PodOverlay(PlannedTask task, ResourceLimits resources)
{
    /// <summary>Changes the template.</summary>
    /// <param name="template">Metadata and spec.</param>
    /// <param name="container">The container in it that runs the task.</param>
    /// <param name="podSecurity">The pod's security context in it.</param>
    /// <exception cref="LaunchException">The task's fields do not make a pod that can run an attempt.</exception>
    public void Apply(JsonObject template, JsonObject container, JsonObject podSecurity)
    {
        ArgumentNullException.ThrowIfNull(template);
        var spec = template["spec"]!.AsObject();
        var promised = template["metadata"]!.DeepClone().AsObject();
        Lay(template, spec, container, podSecurity);
        if (template["spec"] != spec)
        {
            throw Invalid($"found spec {template["spec"]?.ToJsonString() ?? "null"}, expected a mapping of fields to change");
        }

        SettleMetadata(template, promised);
        Settle(spec);
    }

    private void Lay(JsonObject template, JsonObject spec, JsonObject container, JsonObject podSecurity)
    {
        foreach (var (name, value) in task.PodFields.OrderBy(field => field.Key == "podTemplate" ? 1 : 0))
        {
            var node = JsonNode.Parse(value.GetRawText());
            switch (name)
            {
                case "securityContext":
                    SecurityContextSplit.Apply(value, podSecurity, container["securityContext"]!.AsObject());
                    break;
                case "env" or "envFrom" or "imagePullPolicy" or "volumeMounts":
                    PodTemplatePatch.Apply(container, new JsonObject { [name] = node });
                    break;
                case "podTemplate":
                    PodTemplatePatch.Apply(template, node!.AsObject());
                    break;
                case "tolerations":
                    foreach (var toleration in node!.AsArray())
                    {
                        spec["tolerations"]!.AsArray().Add(toleration?.DeepClone());
                    }

                    break;
                default:
                    PodTemplatePatch.Apply(spec, new JsonObject { [name] = node });
                    break;
            }
        }
    }

    /// <summary>The labels by which attempts are found, and what tells them apart, are nobody's to change; what was added to them stays.</summary>
    private static void SettleMetadata(JsonObject template, JsonObject promised)
    {
        var metadata = template["metadata"] as JsonObject ?? [];
        template["metadata"] = metadata;
        var labels = metadata["labels"] as JsonObject ?? [];
        metadata["labels"] = labels;
        labels.Remove(KubernetesLabels.Class);
        PodTemplatePatch.Apply(labels, promised["labels"]!.AsObject());
        var annotations = metadata["annotations"] as JsonObject ?? [];
        metadata["annotations"] = annotations;
        foreach (var name in new[] { KubernetesLabels.AttemptName, KubernetesLabels.DescriptorHash })
        {
            annotations[name] = promised["annotations"]![name]!.DeepClone();
        }
    }

    /// <summary>Makes true what the product promises of every pod, whatever was laid over it, or says why it cannot.</summary>
    private void Settle(JsonObject spec)
    {
        spec["restartPolicy"] = "Never";
        var containers = Elements(spec, "containers");
        var body = containers.FirstOrDefault(container => (string?)container["name"] == PodFactory.TaskContainer)
            ?? throw Invalid($"found no container '{PodFactory.TaskContainer}', expected the one that runs the task to stay");
        var own = PodDefaults.Resources(resources, task.OtherResources)["limits"]!.AsObject();
        foreach (var resource in own)
        {
            if (Limits(body)?[resource.Key] is { } changed && !IsSameAmount(changed, resource.Value!))
            {
                throw Invalid($"found {resource.Key} {changed} in container '{PodFactory.TaskContainer}', expected it in the task's 'resources'");
            }
        }

        foreach (var container in containers.Concat(Elements(spec, "initContainers")))
        {
            if (Limits(container) is not { } limits || limits["cpu"] is null || limits["memory"] is null)
            {
                throw Invalid(
                    $"found no limits of cpu and memory in container '{container["name"]}', expected both: requests are set equal to them");
            }

            container["resources"]!["requests"] = limits.DeepClone();
        }
    }

    private List<JsonObject> Elements(JsonObject spec, string name) => spec[name] switch
    {
        null => [],
        JsonArray items => [.. items.OfType<JsonObject>()],
        var other => throw Invalid($"found {name} {other.ToJsonString()}, expected a list of containers"),
    };

    private static JsonObject? Limits(JsonObject container) => (container["resources"] as JsonObject)?["limits"] as JsonObject;

    private static bool IsSameAmount(JsonNode one, JsonNode other) =>
        ResourceQuantity.TryParse(one.ToString(), out var left) && ResourceQuantity.TryParse(other.ToString(), out var right)
        && left.ToDecimal() == right.ToDecimal();

    private LaunchException Invalid(string problem) => new(hold: false, $"task {task.Name}: podTemplate: {problem}");
}
