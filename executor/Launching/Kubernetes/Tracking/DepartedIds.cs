using Executor.Contracts.Identity;

namespace Executor.Launching.Kubernetes.Tracking;

/// <summary>
/// Remembers for two minutes which attempts were there and are gone. News of a pod may come when its Job is known to be gone: it must not bring the
/// attempt back. Not thread-safe.
/// </summary>
internal sealed class DepartedIds
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(2);
    private readonly HashSet<AttemptId> _ids = [];
    private readonly Queue<(AttemptId Id, DateTimeOffset At)> _order = [];

    /// <summary>The attempt is gone.</summary>
    public void Add(AttemptId id, DateTimeOffset now)
    {
        if (_ids.Add(id))
        {
            _order.Enqueue((id, now));
        }
    }

    /// <summary>True for an attempt that has gone not long ago.</summary>
    public bool Contains(AttemptId id) => _ids.Contains(id);

    /// <summary>Forgets those that have gone long ago.</summary>
    public void Forget(DateTimeOffset now)
    {
        while (_order.TryPeek(out var oldest) && now - oldest.At > Kept)
        {
            _ids.Remove(_order.Dequeue().Id);
        }
    }
}
