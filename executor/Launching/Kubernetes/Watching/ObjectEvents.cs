using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Watching;

/// <summary>Reads what the cluster's components have said of an object in a namespace. Thread-safe.</summary>
internal sealed class ObjectEvents(KubernetesClient client, string namespaceName)
{
    private const int Max = 50;

    private readonly GenericClient<Corev1Event> _events = client.Events(namespaceName);

    /// <summary>Up to 50 events that are about the object with this UID, in no order.</summary>
    /// <exception cref="KubernetesException">They may not or cannot be read.</exception>
    public async Task<IReadOnlyList<Corev1Event>> ReadAsync(string? uid, CancellationToken cancellationToken)
    {
        var selection = new ListOptions { FieldSelector = $"involvedObject.uid={uid}", Limit = Max };
        return [.. (await _events.ListAsync(selection, cancellationToken)).Items];
    }
}
