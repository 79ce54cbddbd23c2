namespace Executor.Shuffle.Engine.Buffers;

/// <summary>
/// A number of bytes that may be in use at once. Who asks for more than is left waits, first come first served, which is how back-pressure
/// reaches a sender: nothing more is read from its stream. Thread-safe.
/// </summary>
/// <param name="capacity">The budget in bytes.</param>
public sealed class ByteBudget(long capacity)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(long Bytes, TaskCompletionSource Granted)> _waiters = [];
    private long _used;
    private long _highWater;

    /// <summary>Raised, outside of any lock, when somebody has to wait: time to free what can be freed.</summary>
    public event Action? Exhausted;

    /// <summary>The budget in bytes.</summary>
    public long Capacity => capacity;

    /// <summary>Bytes in use.</summary>
    public long Used
    {
        get
        {
            lock (_lock)
            {
                return _used;
            }
        }
    }

    /// <summary>The most bytes that were ever in use.</summary>
    public long HighWater
    {
        get
        {
            lock (_lock)
            {
                return _highWater;
            }
        }
    }

    /// <summary>True while somebody waits.</summary>
    public bool IsContended
    {
        get
        {
            lock (_lock)
            {
                return _waiters.Count > 0;
            }
        }
    }

    /// <summary>Takes bytes out of the budget as soon as they are there; at most <see cref="Capacity"/> at once.</summary>
    public ValueTask ReserveAsync(long bytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, capacity);
        LinkedListNode<(long Bytes, TaskCompletionSource Granted)> waiter;
        lock (_lock)
        {
            if (_waiters.Count == 0 && _used + bytes <= capacity)
            {
                Use(bytes);
                return ValueTask.CompletedTask;
            }

            waiter = _waiters.AddLast((bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }

        return WaitAsync(waiter, cancellationToken);
    }

    /// <summary>Puts bytes back.</summary>
    public void Release(long bytes)
    {
        lock (_lock)
        {
            _used -= bytes;
            GrantWaiters();
        }
    }

    private async ValueTask WaitAsync(LinkedListNode<(long Bytes, TaskCompletionSource Granted)> waiter, CancellationToken cancellationToken)
    {
        Exhausted?.Invoke();
        try
        {
            await waiter.Value.Granted.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                if (waiter.List is not null)
                {
                    _waiters.Remove(waiter);
                }
                else
                {
                    // Granted at the moment of the cancellation.
                    _used -= waiter.Value.Bytes;
                }

                GrantWaiters();
            }

            throw;
        }
    }

    /// <summary>Under the lock.</summary>
    private void GrantWaiters()
    {
        while (_waiters.First is { } first && _used + first.Value.Bytes <= capacity)
        {
            _waiters.Remove(first);
            Use(first.Value.Bytes);
            first.Value.Granted.SetResult();
        }
    }

    /// <summary>Under the lock.</summary>
    private void Use(long bytes)
    {
        _used += bytes;
        _highWater = Math.Max(_highWater, _used);
    }
}
