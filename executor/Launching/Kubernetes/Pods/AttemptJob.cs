using System.Text.Json.Nodes;

namespace Executor.Launching.Kubernetes.Pods;

/// <summary>The Job of an attempt, ready to be sent.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DescriptorHash">What it says of its descriptor in <see cref="KubernetesLabels.DescriptorHash"/>.</param>
/// <param name="Body">The whole Job, JSON in UTF-8.</param>
internal sealed record AttemptJob(string Name, string DescriptorHash, ReadOnlyMemory<byte> Body)
{
    /// <summary>The Job as a new tree.</summary>
    public JsonObject ToTree() => JsonNode.Parse(Body.Span)!.AsObject();
}
