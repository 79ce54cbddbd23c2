using Executor.Contracts.Identity;

namespace Executor.Launching.Kubernetes.Jobs;

/// <summary>
/// Remembers on which nodes an instance was lost, so that its next attempt prefers others. A hint and no more: it is gone with the executor, and a
/// node is named to the scheduler only as one to be avoided. Thread-safe.
/// </summary>
internal sealed class NodeAvoidance
{
    private const int MaxNodes = 8;
    private readonly Dictionary<InstanceId, List<string>> _nodes = [];
    private readonly Lock _lock = new();

    /// <summary>An attempt of the instance was lost on a node.</summary>
    public void Lost(InstanceId instance, string node)
    {
        lock (_lock)
        {
            if (!_nodes.TryGetValue(instance, out var nodes))
            {
                _nodes[instance] = nodes = [];
            }

            nodes.Remove(node);
            nodes.Add(node);
            if (nodes.Count > MaxNodes)
            {
                nodes.RemoveAt(0);
            }
        }
    }

    /// <summary>The nodes to avoid, none for most instances.</summary>
    public IReadOnlyCollection<string> Of(InstanceId instance)
    {
        lock (_lock)
        {
            return _nodes.TryGetValue(instance, out var nodes) ? [.. nodes] : [];
        }
    }
}
