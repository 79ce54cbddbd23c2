using System.Globalization;
using Executor.Contracts.Identity;
using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Pods;

/// <summary>Reads from an object's labels which attempt it belongs to.</summary>
internal static class AttemptIdentity
{
    private static readonly string[] Read =
        [KubernetesLabels.Run, KubernetesLabels.Task, KubernetesLabels.Index, KubernetesLabels.Generation, KubernetesLabels.Attempt];

    /// <summary>The attempt; null for an object that is none of an attempt's.</summary>
    public static AttemptId? Of(V1ObjectMeta metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return metadata.Labels is { } labels
            && labels.TryGetValue(KubernetesLabels.Run, out var run) && Names.IsValid(run)
            && labels.TryGetValue(KubernetesLabels.Task, out var task) && Names.IsValid(task)
            && Number(labels, KubernetesLabels.Index) is { } index
            && Number(labels, KubernetesLabels.Generation) is { } generation
            && Number(labels, KubernetesLabels.Attempt) is { } attempt
                ? new AttemptId(run, task, index, generation, attempt)
                : null;
    }

    /// <summary>The labels that <see cref="Of"/> reads, of those that an object has; null where it has none.</summary>
    public static IDictionary<string, string>? LabelsOf(V1ObjectMeta metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        if (metadata.Labels is not { } labels)
        {
            return null;
        }

        var kept = new Dictionary<string, string>(Read.Length);
        foreach (var label in Read)
        {
            if (labels.TryGetValue(label, out var value))
            {
                kept[label] = value;
            }
        }

        return kept;
    }

    private static int? Number(IDictionary<string, string> labels, string label) =>
        labels.TryGetValue(label, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
