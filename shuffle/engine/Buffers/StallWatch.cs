namespace Executor.Shuffle.Engine.Buffers;

/// <summary>One call as a <see cref="StallGuard"/> sees it. For one caller at a time; disposing of it ends the watching.</summary>
internal sealed class StallWatch(StallGuard guard, TimeProvider timeProvider) : IDisposable
{
    private readonly CancellationTokenSource _evicted = new();
    private long _since;

    /// <summary>Cancelled when the call is to end, because it holds up others.</summary>
    internal CancellationToken Evicted => _evicted.Token;

    /// <summary>How long the client has been waited for; null if it is not.</summary>
    internal TimeSpan? WaitedFor => Volatile.Read(ref _since) is not 0 and var since ? timeProvider.GetElapsedTime(since) : null;

    /// <summary>The client is waited for from now on, with memory in hand.</summary>
    internal void Begin() => Volatile.Write(ref _since, Math.Max(1, timeProvider.GetTimestamp()));

    /// <summary>The client has done its part.</summary>
    internal void End() => Volatile.Write(ref _since, 0);

    internal void Evict() => _evicted.Cancel();

    // The source is left to the collector: it may just be being cancelled, and holds nothing that needs disposing of.
    public void Dispose() => guard.Forget(this);
}
