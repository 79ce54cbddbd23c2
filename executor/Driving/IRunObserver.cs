using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;
using Executor.Launching;
using Executor.Outcomes;

namespace Executor.Driving;

/// <summary>
/// Is told how a run goes. Called by the driver, one call at a time, in order; a call that takes long holds the run up, and one that throws
/// ends it.
/// </summary>
internal interface IRunObserver
{
    /// <summary>Where the run stands: every now and then while something changes, and once at the end.</summary>
    void Progress(RunProgress progress);

    /// <summary>An attempt is over. Told after the decision that follows from it stands in the journal.</summary>
    void AttemptEnded(AttemptRow attempt);

    /// <summary>Something that people should know of and that ends nothing, in one sentence.</summary>
    void Notice(string message);

    /// <summary>First attempts of a task were launched that an attempt's end has made possible. Does nothing by default.</summary>
    /// <param name="count">How many.</param>
    /// <param name="sinceEnd">How long before that the end was seen.</param>
    void Launched(int count, TimeSpan sinceEnd)
    {
    }
}

/// <summary>Where a run stands.</summary>
/// <param name="At">When.</param>
/// <param name="Tasks">The tasks in the plan's order.</param>
internal sealed record RunProgress(DateTimeOffset At, IReadOnlyList<TaskProgress> Tasks);

/// <summary>Where a task stands.</summary>
/// <param name="Name">The task's name.</param>
/// <param name="Instances">How many instances it has.</param>
/// <param name="Running">Instances with an attempt that was seen to run; with any attempt under way where <see cref="Pending"/> is null.</param>
/// <param name="Done">Instances with a commit.</param>
/// <param name="Failed">Instances that are not tried again.</param>
/// <param name="Retries">Attempts made because an earlier one had failed.</param>
internal readonly record struct TaskProgress(string Name, int Instances, int Running, int Done, int Failed, int Retries)
{
    /// <summary>Instances with an attempt under way that was not seen to run yet; null where only the driver knows.</summary>
    public int? Pending { get; init; }

    /// <summary>False while it is not known how many instances the task has, and <see cref="Instances"/> is the fewest that it can have. Default true.</summary>
    public bool IsCounted { get; init; } = true;

    /// <summary>Instances that wait for other tasks, for room or for their next try.</summary>
    public int Waiting => Instances - (Pending ?? 0) - Running - Done - Failed;
}

/// <summary>The accounting row of an attempt.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Usage">What it used, where that is known.</param>
internal sealed record AttemptRow(AttemptId Attempt, AttemptOutcome Outcome, AttemptUsage? Usage)
{
    /// <summary>What it was given.</summary>
    public required ResourceLimits Resources { get; init; }

    /// <summary>When a driver decided to launch it, by that driver's clock; null where that is not on record.</summary>
    public DateTimeOffset? Launched { get; init; }

    /// <summary>When it was first seen to run, by the launcher's clock.</summary>
    public DateTimeOffset? Running { get; init; }

    /// <summary>When its end was seen, by the launcher's clock.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Where it ran.</summary>
    public string? Node { get; init; }

    /// <summary>What its cluster has said of its pod; null where there was none, or that is not on record.</summary>
    public AttemptPlacement? Placement { get; init; }

    /// <summary>True if the instance is not tried again after this attempt's failure.</summary>
    public bool Final { get; init; }

    /// <summary>The last lines of the body's standard error.</summary>
    public string? LogTail { get; init; }

    /// <summary>A command with which a person looks further into its failure, in one line for a shell; null where there is none.</summary>
    public string? Advice { get; init; }
}
