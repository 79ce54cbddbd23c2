using Executor.Contracts.Descriptors;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Informers;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Inspection;

namespace Executor.Launching.Kubernetes.Watching;

/// <summary>Knows the largest node of the cluster, where the executor may list nodes; that is a right beyond the namespace, and often not given. Thread-safe.</summary>
internal sealed class NodeWatch
{
    private readonly Informer<V1Node> _informer;

    /// <summary>Watches nothing before <see cref="RunAsync"/>.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="onChange">Is told when nodes have changed.</param>
    public NodeWatch(KubernetesClient client, Action onChange)
    {
        // Nodes report every few seconds, which is of no interest.
        var options = new InformerOptions<V1Node> { MinBackoff = TimeSpan.FromSeconds(10), MaxBackoff = TimeSpan.FromMinutes(5) };
        _informer = new Informer<V1Node>(client.Nodes, options, new Handler(onChange));
    }

    /// <summary>The allocatable of the node with the most memory; null while no node is known.</summary>
    public NodeSize? Largest { get; private set; }

    /// <summary>The same in the terms of a descriptor.</summary>
    public ResourceLimits? LargestLimits =>
        Largest is { } size ? new ResourceLimits(size.Cpu.ToMilli(), size.Memory.ToInt64()) : null;

    /// <summary>Watches until cancelled; without the right to, it knows of no node.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => _informer.RunAsync(cancellationToken);

    /// <summary>Reads the nodes anew from what the watch knows.</summary>
    public void Refresh() => Largest = _informer.Snapshot()
        .Where(node => node.Status?.Allocatable?.ContainsKey("memory") == true)
        .Select(node => (NodeSize?)new NodeSize(
            node.Status!.Allocatable!.TryGetValue("cpu", out var cpu) ? cpu : default, node.Status.Allocatable["memory"]))
        .MaxBy(size => size!.Value.Memory.ToInt64());

    private sealed class Handler(Action onChange) : IInformerHandler<V1Node>
    {
        public ValueTask HandleAsync(InformerEvent<V1Node> change, CancellationToken cancellationToken)
        {
            onChange();
            return ValueTask.CompletedTask;
        }

        public ValueTask ReconcileAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
