using Executor.Kubernetes.Informers;

namespace Executor.Launching.Kubernetes.Tracking;

/// <summary>Hands what a watch shows to two methods: one for what is there, one for what is there no longer.</summary>
/// <param name="seen">Takes an object as it is now.</param>
/// <param name="deleted">Takes an object as it was in the end; and true if nobody saw that, and it is what the informer kept of it.</param>
/// <typeparam name="T">What is watched.</typeparam>
internal sealed class ObjectNews<T>(Action<T> seen, Action<T, bool> deleted) : IInformerHandler<T>
    where T : class
{
    /// <inheritdoc/>
    public ValueTask HandleAsync(InformerEvent<T> change, CancellationToken cancellationToken)
    {
        if (change.Type == InformerEventType.Deleted)
        {
            deleted(change.Value, change.IsFinalStateUnknown);
        }
        else
        {
            seen(change.Value);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ReconcileAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
