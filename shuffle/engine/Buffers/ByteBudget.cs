using System.Diagnostics;

namespace Executor.Shuffle.Engine.Buffers;

/// <summary>
/// A number of bytes that may be in use at once, which runs share: of those that wait, the run that has the least in use is served next, and within a run who
/// came first. So a run of a thousand writers leaves a run of one writer its share. Nobody is passed over for being large: who is next waits until
/// there is room, and the others behind it. Waiting is how back-pressure reaches a sender: nothing more is read from its stream. Thread-safe.
/// </summary>
/// <param name="capacity">The budget in bytes.</param>
public sealed class ByteBudget(long capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Share> _shares = new(StringComparer.Ordinal);
    private long _used;
    private long _highWater;
    private int _waiting;
    private long _tickets;
    private long _waits;
    private long _waitedTicks;

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
                return _waiting > 0;
            }
        }
    }

    /// <summary>How many are waiting.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting;
            }
        }
    }

    /// <summary>How often somebody has had to wait, and for how long in all; those who still wait are not in it.</summary>
    public (long Count, TimeSpan Time) Waits => (Interlocked.Read(ref _waits), new TimeSpan(Interlocked.Read(ref _waitedTicks)));

    /// <summary>Takes bytes out of the budget as soon as they are there and it is this run's turn; at most <see cref="Capacity"/> at once.</summary>
    /// <param name="run">Who shares it.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="cancellationToken">Ends the waiting; nothing is taken then.</param>
    public ValueTask ReserveAsync(string run, long bytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, capacity);
        Waiter waiter;
        lock (_lock)
        {
            if (!_shares.TryGetValue(run, out var share))
            {
                _shares.Add(run, share = new Share());
            }

            if (_waiting == 0 && _used + bytes <= capacity)
            {
                Use(share, bytes);
                return ValueTask.CompletedTask;
            }

            waiter = new Waiter(run, bytes, _tickets++);
            share.Waiters.AddLast(waiter);
            _waiting++;
        }

        return WaitAsync(waiter, cancellationToken);
    }

    /// <summary>
    /// Takes bytes out of the budget for what could as well wait: not while somebody waits, not if more than half of the budget were in use then, and not if the
    /// run had more of that half than an even share of it among the runs that use the budget.
    /// </summary>
    /// <param name="run">Who shares it.</param>
    /// <param name="bytes">How many.</param>
    /// <returns>False if there are none to spare; nothing is taken then.</returns>
    public bool TryReserveSpare(string run, long bytes)
    {
        ArgumentNullException.ThrowIfNull(run);
        lock (_lock)
        {
            var isKnown = _shares.TryGetValue(run, out var share);
            share ??= new Share();
            if (_waiting > 0 || _used + bytes > capacity / 2 || share.Used + bytes > capacity / 2 / (_shares.Count + (isKnown ? 0 : 1)))
            {
                return false;
            }

            _shares.TryAdd(run, share);
            Use(share, bytes);
            return true;
        }
    }

    /// <summary>Puts bytes back.</summary>
    /// <param name="run">As they were reserved.</param>
    /// <param name="bytes">How many.</param>
    public void Release(string run, long bytes)
    {
        lock (_lock)
        {
            Return(run, bytes);
            GrantWaiters();
        }
    }

    private async ValueTask WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        Exhausted?.Invoke();
        var began = Stopwatch.GetTimestamp();
        try
        {
            await waiter.Granted.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                if (_shares.TryGetValue(waiter.Run, out var share) && share.Waiters.Remove(waiter))
                {
                    _waiting--;
                    ForgetIfUnused(waiter.Run, share);
                }
                else
                {
                    // Granted at the moment of the cancellation.
                    Return(waiter.Run, waiter.Bytes);
                }

                GrantWaiters();
            }

            throw;
        }
        finally
        {
            Interlocked.Increment(ref _waits);
            Interlocked.Add(ref _waitedTicks, Stopwatch.GetElapsedTime(began).Ticks);
        }
    }

    /// <summary>Under the lock.</summary>
    private void GrantWaiters()
    {
        while (_waiting > 0 && Next() is var share && share.Waiters.First!.Value is var waiter && _used + waiter.Bytes <= capacity)
        {
            share.Waiters.RemoveFirst();
            _waiting--;
            Use(share, waiter.Bytes);
            waiter.Granted.SetResult();
        }
    }

    /// <summary>Under the lock, where somebody waits: of the runs that do, the one with the least, and of several the one that has waited longest.</summary>
    private Share Next()
    {
        Share? next = null;
        foreach (var share in _shares.Values)
        {
            if (share.Waiters.First is { } first
                && (next is null || (share.Used, first.Value.Ticket).CompareTo((next.Used, next.Waiters.First!.Value.Ticket)) < 0))
            {
                next = share;
            }
        }

        return next!;
    }

    /// <summary>Under the lock.</summary>
    private void Use(Share share, long bytes)
    {
        share.Used += bytes;
        _used += bytes;
        _highWater = Math.Max(_highWater, _used);
    }

    /// <summary>Under the lock.</summary>
    private void Return(string run, long bytes)
    {
        var share = _shares[run];
        share.Used -= bytes;
        _used -= bytes;
        ForgetIfUnused(run, share);
    }

    /// <summary>Under the lock.</summary>
    private void ForgetIfUnused(string run, Share share)
    {
        if (share.Used == 0 && share.Waiters.Count == 0)
        {
            _shares.Remove(run);
        }
    }

    private sealed class Share
    {
        internal long Used { get; set; }

        internal LinkedList<Waiter> Waiters { get; } = [];
    }

    private sealed class Waiter(string run, long bytes, long ticket)
    {
        internal string Run => run;

        internal long Bytes => bytes;

        internal long Ticket => ticket;

        internal TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
