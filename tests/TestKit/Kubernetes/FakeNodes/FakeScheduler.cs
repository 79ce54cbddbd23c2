using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Informers;
using Executor.Kubernetes.Models;

namespace Executor.TestKit.Kubernetes.FakeNodes;

/// <summary>
/// Binds pods that select the pool to its nodes in turn: for API servers without a scheduler. A node that a pod would rather not have (preferred
/// node affinity, <c>NotIn</c>) is taken only where there is no other. Neither room nor taints are looked at.
/// </summary>
internal sealed class FakeScheduler(KubernetesClient client, FakeNodeOptions options, IReadOnlyList<FakeNode> nodes) : IInformerHandler<UntypedObject>
{
    private const string HostName = "kubernetes.io/hostname";
    private static readonly KubernetesResource<UntypedObject> Pods = UntypedObject.Resource("", "v1", "pods");

    private readonly HashSet<string> _bound = [];
    private int _next;

    /// <summary>Binds until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        new Informer<UntypedObject>(client.Resource(Pods, options.NamespaceName), new InformerOptions<UntypedObject>(), this).RunAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask HandleAsync(InformerEvent<UntypedObject> change, CancellationToken cancellationToken)
    {
        var pod = change.Value;
        var spec = pod.Members?["spec"] as JsonObject;
        if (change.Type == InformerEventType.Deleted)
        {
            _bound.Remove(pod.Metadata.Uid!);
        }
        else if (spec?["nodeName"] is null && (string?)spec?["nodeSelector"]?[FakeNode.PoolKey] == options.Pool && _bound.Add(pod.Metadata.Uid!)
            && Choose(Avoided(spec)) is { } node)
        {
            // Not waited for: a scheduler binds many at a time.
            _ = BindAsync(pod.Metadata.Name!, node.Name, cancellationToken);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ReconcileAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private async Task BindAsync(string pod, string node, CancellationToken cancellationToken)
    {
        var patch = new V1Patch(new JsonObject { ["spec"] = new JsonObject { ["nodeName"] = node } }, V1Patch.PatchType.MergePatch);
        try
        {
            await client.Resource(Pods, options.NamespaceName).PatchAsync(patch, pod, cancellationToken: cancellationToken);
        }
        catch (KubernetesException failure) when (failure.IsNotFound)
        {
            // Deleted meanwhile.
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The pool ends.
        }
    }

    private FakeNode? Choose(HashSet<string> avoided)
    {
        var living = nodes.Where(node => !node.IsLost).ToList();
        var liked = living.Where(node => !avoided.Contains(node.Name)).ToList();
        var choice = liked.Count > 0 ? liked : living;
        return choice.Count == 0 ? null : choice[_next++ % choice.Count];
    }

    private static HashSet<string> Avoided(JsonObject spec)
    {
        var preferences = spec["affinity"]?["nodeAffinity"]?["preferredDuringSchedulingIgnoredDuringExecution"] as JsonArray ?? [];
        return [.. preferences
            .SelectMany(preference => preference!["preference"]?["matchExpressions"] as JsonArray ?? [])
            .Where(expression => (string?)expression!["key"] == HostName && (string?)expression["operator"] == "NotIn")
            .SelectMany(expression => expression!["values"]!.AsArray())
            .Select(value => (string)value!)];
    }
}
