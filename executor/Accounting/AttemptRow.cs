using Executor.Contracts.Descriptors;
using Executor.Contracts.Reporting;
using Executor.Outcomes;

namespace Executor.Accounting;

/// <summary>One attempt that has ended: what it asked for, what it used, how it ended.</summary>
internal sealed record AttemptRow
{
    /// <summary>The task's name.</summary>
    public required string Task { get; init; }

    /// <summary>The instance's index.</summary>
    public required int Index { get; init; }

    /// <summary>The instance's generation.</summary>
    public required int Generation { get; init; }

    /// <summary>The retry number, from one.</summary>
    public required int Attempt { get; init; }

    /// <summary>How it ended.</summary>
    public required AttemptCause Cause { get; init; }

    /// <summary>The body's exit code, or the runner's where the body's is unknown.</summary>
    public int? ExitCode { get; init; }

    /// <summary>When the driver asked for it.</summary>
    public DateTimeOffset? Submitted { get; init; }

    /// <summary>When its end was seen.</summary>
    public required DateTimeOffset Seen { get; init; }

    /// <summary>Requests, which are limits.</summary>
    public required ResourceLimits Requested { get; init; }

    /// <summary>What the runner measured; null if nothing of it came through.</summary>
    public AttemptUsage? Usage { get; init; }

    /// <summary>The node or machine that it ran on.</summary>
    public string? Node { get; init; }

    /// <summary>Seconds from the runner's start to its last measure; 0 if unknown.</summary>
    public double WallSeconds => Usage is { } usage ? (usage.Ended - usage.Started).TotalSeconds : 0;
}
