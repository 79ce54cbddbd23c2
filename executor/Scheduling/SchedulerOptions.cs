namespace Executor.Scheduling;

/// <summary>The bounds of launching and retrying.</summary>
internal sealed record SchedulerOptions
{
    /// <summary>The most attempts at a time, those being cancelled included.</summary>
    public required int MaxParallel { get; init; }

    /// <summary>The most attempts that were launched and are not seen to run yet. Default 50.</summary>
    public int PendingLimit { get; init; } = 50;

    /// <summary>
    /// The most launches in flight. Slow start: 1 at first and after a refusal, doubled whenever as many were accepted. Default 256.
    /// </summary>
    public int LaunchesInFlight { get; init; } = 256;

    /// <summary>How launching is held back where the backend has no room. Default 1 s, doubled up to 30 s.</summary>
    public BackOff Hold { get; init; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    /// <summary>How retries after failures of the infrastructure are held back. Default 1 s, doubled up to 30 s.</summary>
    public BackOff InfrastructureRetry { get; init; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    /// <summary>What becomes of the rest of the run when an instance has failed for good. Default <see cref="FailurePolicy.CancelRunning"/>.</summary>
    public FailurePolicy OnFailure { get; init; } = FailurePolicy.CancelRunning;

    /// <summary>How often an instance may begin anew because its data was lost. Default 3.</summary>
    public int MaxLosses { get; init; } = 3;
}

/// <summary>What becomes of the rest of a run when an instance has failed for good. Commits that stand are kept in any case.</summary>
internal enum FailurePolicy
{
    /// <summary>Nothing is launched, what runs is cancelled, the run fails at once.</summary>
    CancelRunning,

    /// <summary>Nothing is launched, what runs may end and commit, then the run fails.</summary>
    FinishRunning,

    /// <summary>All that does not depend on the failed instance goes on, then the run fails.</summary>
    KeepGoing,
}

/// <summary>A capped doubling without jitter, so that the same events give the same times.</summary>
/// <param name="First">The first pause.</param>
/// <param name="Cap">The longest pause.</param>
internal readonly record struct BackOff(TimeSpan First, TimeSpan Cap)
{
    /// <summary>The pause after so many failures in a row, counted from one.</summary>
    public TimeSpan After(int failures)
    {
        var pause = First;
        for (var i = 1; i < failures && pause < Cap; i++)
        {
            pause *= 2;
        }

        return pause < Cap ? pause : Cap;
    }
}
