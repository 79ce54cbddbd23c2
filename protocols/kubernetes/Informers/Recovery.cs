namespace Executor.Kubernetes.Informers;

/// <summary>How a list or a watch ended.</summary>
internal enum Ending
{
    /// <summary>The server closed the watch, after events or after some time.</summary>
    Closed,

    /// <summary>The server closed the watch at once, without an event.</summary>
    ClosedAtOnce,

    /// <summary>410: the version is too old.</summary>
    Expired,

    /// <summary>Neither event nor bookmark within the limit.</summary>
    Silent,

    /// <summary>No answer, a broken connection, 429 or a failure inside the server: the version may be as good as before.</summary>
    Interrupted,

    /// <summary>Any other refusal.</summary>
    Refused,
}

/// <summary>What to do next: list or watch, after a pause.</summary>
internal readonly record struct RecoveryStep(bool Relists, TimeSpan Pause);

/// <summary>
/// Decides what follows an ending. Endings without progress (an event or a bookmark in between) back off, doubling with jitter; and where a watch
/// goes on from the same version three times in vain, a list follows, since the version itself may be what is wrong.
/// </summary>
internal sealed class Recovery(TimeSpan minBackoff, TimeSpan maxBackoff, Func<double> jitter)
{
    private const int MaxVainWatches = 3;
    private int _failures;
    private int _vainWatches;

    /// <summary>An event or a bookmark came: the watch works.</summary>
    public void Progressed()
    {
        _failures = 0;
        _vainWatches = 0;
    }

    /// <summary>A list came to its end. It proves that the server answers, not that a watch from its version works.</summary>
    public void Listed() => _vainWatches = 0;

    public RecoveryStep After(Ending ending, TimeSpan? retryAfter = null)
    {
        switch (ending)
        {
            case Ending.Closed:
                Progressed();
                return new RecoveryStep(false, TimeSpan.Zero);
            case Ending.Expired:
                // The first time is the daily course of things; a version that expires as soon as it is listed is not.
                return new RecoveryStep(true, _failures++ == 0 ? TimeSpan.Zero : Backoff(_failures - 1));
            case Ending.Silent:
                _vainWatches++;
                return new RecoveryStep(_vainWatches > 1, _failures++ == 0 ? TimeSpan.Zero : Backoff(_failures - 1));
            case Ending.Refused:
                return new RecoveryStep(true, Longer(Backoff(++_failures), retryAfter));
            default:
                _vainWatches++;
                return new RecoveryStep(_vainWatches >= MaxVainWatches, Longer(Backoff(++_failures), retryAfter));
        }
    }

    private static TimeSpan Longer(TimeSpan pause, TimeSpan? retryAfter) => retryAfter > pause ? retryAfter.Value : pause;

    private TimeSpan Backoff(int failures)
    {
        var doubled = minBackoff * Math.Pow(2, Math.Min(failures - 1, 30));
        return (doubled < maxBackoff ? doubled : maxBackoff) * (1 + jitter());
    }
}
