using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;
using Executor.Outcomes;

namespace Executor.Driving;

/// <summary>What driving a run came to.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Message">Why, where that is not in <see cref="Failures"/>; null on success.</param>
/// <param name="Failures">What failed for good, in order, at most 100.</param>
/// <param name="FailureCount">How much failed for good.</param>
/// <param name="Progress">Where the tasks stood at the end.</param>
/// <param name="SealGenerations">The generation of each task's seals that counts, in the plan's order.</param>
internal sealed record RunResult(
    RunEnd End,
    string? Message,
    IReadOnlyList<RunFailure> Failures,
    int FailureCount,
    RunProgress Progress,
    IReadOnlyList<int> SealGenerations)
{
    /// <summary>The exit code of the <c>executor</c> command for it.</summary>
    public int ExitCode => End switch
    {
        RunEnd.Succeeded => ExitCodes.Succeeded,
        RunEnd.Failed => ExitCodes.Failed,
        RunEnd.Cancelled => ExitCodes.Interrupted,
        _ => ExitCodes.InfrastructureUnavailable,
    };
}

/// <summary>How driving a run ended.</summary>
internal enum RunEnd
{
    /// <summary>The run succeeded.</summary>
    Succeeded,

    /// <summary>The run failed.</summary>
    Failed,

    /// <summary>The run was cancelled.</summary>
    Cancelled,

    /// <summary>Another executor has taken the run over; it goes on there.</summary>
    Fenced,

    /// <summary>The store was out of reach for too long; the run can be continued.</summary>
    StoreUnavailable,

    /// <summary>The driver was asked to leave the run as it is: attempts go on, and so does the run with its next driver.</summary>
    Left,
}

/// <summary>Something that failed for good.</summary>
/// <param name="Attempt">The last attempt of the instance that failed; null where it was not one attempt's doing.</param>
/// <param name="Cause">How that attempt ended.</param>
/// <param name="Reason">One sentence for people.</param>
/// <param name="ExitCode">The exit code, if there was one.</param>
/// <param name="Signal">The signal, if there was one.</param>
/// <param name="LogTail">The last lines of the body's standard error, where this driver saw them.</param>
internal sealed record RunFailure(
    AttemptId? Attempt, AttemptCause? Cause, string Reason, int? ExitCode, int? Signal, string? LogTail)
{
    /// <summary>A command with which a person looks further, in one line for a shell; null where this driver knows none.</summary>
    public string? Advice { get; init; }
}
