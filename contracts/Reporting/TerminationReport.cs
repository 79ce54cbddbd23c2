namespace Executor.Contracts.Reporting;

/// <summary>
/// What a runner says of itself while it runs and when it ends: the content of one slot of the termination message
/// (<see cref="TerminationSlots"/>). News only: success is proved by the commit record.
/// </summary>
public sealed record TerminationReport
{
    /// <summary>Counts the reports of one runner, from one; the slot with the higher number is the later.</summary>
    public required long Sequence { get; init; }

    /// <summary>How far the attempt is.</summary>
    public required AttemptPhase Phase { get; init; }

    /// <summary>The writer's incarnation.</summary>
    public required string Incarnation { get; init; }

    /// <summary>The body's exit code, once it ended by itself.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended the body, if one did.</summary>
    public int? Signal { get; init; }

    /// <summary>Why the attempt failed, in one sentence for people; null while it has not.</summary>
    public string? Error { get; init; }

    /// <summary>The failure in the runner's terms; null while there is none.</summary>
    public AttemptFailure? Failure { get; init; }

    /// <summary>The measures so far.</summary>
    public AttemptUsage? Usage { get; init; }

    /// <summary>The body's own word on how far it is: 0 to 1.</summary>
    public double? Progress { get; init; }

    /// <summary>The last lines of the body's standard error, as many as fit.</summary>
    public string? LogTail { get; init; }
}

/// <summary>How far an attempt is.</summary>
public enum AttemptPhase
{
    /// <summary>The runner reads its inputs.</summary>
    Fetching,

    /// <summary>The body runs.</summary>
    Running,

    /// <summary>The body has ended and its outputs are on their way to the store.</summary>
    Writing,

    /// <summary>The attempt's commit stands.</summary>
    Committed,

    /// <summary>Another incarnation's commit stands; nothing of this attempt counts.</summary>
    Superseded,

    /// <summary>The attempt failed.</summary>
    Failed,
}

/// <summary>Why an attempt failed, as far as the runner can tell.</summary>
public enum AttemptFailure
{
    /// <summary>The body ended with a non-zero exit code or by a signal of its own.</summary>
    Body,

    /// <summary>The kernel's OOM killer, or the launcher's watch, ended a process for its memory.</summary>
    OutOfMemory,

    /// <summary>The body ran out of time.</summary>
    TimedOut,

    /// <summary>The body's command cannot be started, or the descriptor is unusable.</summary>
    Configuration,

    /// <summary>The body's output is not what was declared.</summary>
    InvalidOutput,

    /// <summary>Committed input data is lost or damaged.</summary>
    InputLost,

    /// <summary>The store was out of reach.</summary>
    StoreUnavailable,

    /// <summary>The runner was told to stop.</summary>
    Terminated,

    /// <summary>This machine failed the attempt: a full disk, no process to be had.</summary>
    Infrastructure,
}
