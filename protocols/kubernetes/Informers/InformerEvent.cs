namespace Executor.Kubernetes.Informers;

/// <summary>What happened to an object of an informer's store.</summary>
public enum InformerEventType
{
    /// <summary>The object is new in the store.</summary>
    Added,

    /// <summary>The object has another version than the one in the store.</summary>
    Updated,

    /// <summary>The object is not in the store any more.</summary>
    Deleted,
}

/// <summary>One change of an informer's store.</summary>
/// <typeparam name="T">What is observed.</typeparam>
/// <param name="Type">What happened.</param>
/// <param name="Value">The object after it; for a deletion its last state, see <paramref name="IsFinalStateUnknown"/>.</param>
/// <param name="Previous">The object that the store held before; null when it is new.</param>
/// <param name="IsFinalStateUnknown">True for a deletion that a list showed and no event told: the object is as it was last seen, and may have
/// changed, for example ended, before it was deleted.</param>
public readonly record struct InformerEvent<T>(InformerEventType Type, T Value, T? Previous, bool IsFinalStateUnknown = false)
    where T : class;

/// <summary>Takes what an informer brings. Calls never overlap; while one lasts the informer reads nothing.</summary>
/// <typeparam name="T">What is observed.</typeparam>
public interface IInformerHandler<T>
    where T : class
{
    /// <summary>Takes one change, which the store shows already. An exception ends the informer.</summary>
    ValueTask HandleAsync(InformerEvent<T> change, CancellationToken cancellationToken);

    /// <summary>
    /// Compares the whole store with what the handler believes: after every complete list, and each
    /// <see cref="InformerOptions{T}.ReconcileInterval"/>, between events and also during the pauses after failures, but not within a list. An exception ends the informer.
    /// </summary>
    ValueTask ReconcileAsync(CancellationToken cancellationToken);
}
