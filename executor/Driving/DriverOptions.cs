using Executor.Contracts.Descriptors;
using Executor.Planning;
using Executor.Scheduling;
using Executor.Sizing;

namespace Executor.Driving;

/// <summary>Makes the descriptor of an attempt; a pure function for the length of a run.</summary>
/// <param name="task">The task's ordinal in the plan.</param>
/// <param name="index">The instance.</param>
/// <param name="generation">The instance's generation.</param>
/// <param name="attempt">The retry number, from one.</param>
/// <param name="sealGenerations">The generation of the seal that each input reads, in declared order.</param>
/// <param name="resources">What the attempt gets; what the task asks for if null. No part of the definition.</param>
/// <param name="slice">What the instance reads of a partition; for tasks whose partitions are split, and for no others.</param>
internal delegate TaskDescriptor DescribeAttempt(
    int task, int index, int generation, int attempt, IReadOnlyList<int> sealGenerations, ResourceLimits? resources = null, InstanceSlice? slice = null);

/// <summary>How a run is driven.</summary>
internal sealed record DriverOptions
{
    /// <summary>Makes descriptors.</summary>
    public required DescribeAttempt Describe { get; init; }

    /// <summary>Bounds of launching and retrying; the plan's and the launcher's own bounds hold in any case.</summary>
    public SchedulerOptions Scheduling { get; init; } = new() { MaxParallel = int.MaxValue };

    /// <summary>The resolved workflow, kept as the run's revision; nothing is kept or compared if empty.</summary>
    public ReadOnlyMemory<byte> Workflow { get; init; }

    /// <summary>
    /// True to let a run go on that has failed or was cancelled, with full retry budgets and possibly another workflow. Default false: a run
    /// that has ended is only reported, and one that was interrupted goes on as it was.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>The run's key for the store, passed on to attempts; a secret.</summary>
    public string RunKey { get; init; } = string.Empty;

    /// <summary>Says what attempts get whose tasks leave that to the cluster's VPA; null where there is none.</summary>
    public IClassRecommender? Recommender { get; init; }

    /// <summary>How often requests to cancel the run are looked for. Default 2 s.</summary>
    public TimeSpan CancelPoll { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long the store may be out of reach before the driver gives up, leaving a run that can be continued. Default 10 minutes.
    /// </summary>
    public TimeSpan StorePatience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The pauses between tries while the store is out of reach. Default 250 ms, doubled up to 10 s.</summary>
    public BackOff StoreRetry { get; init; } = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(10));

    /// <summary>The least time between two progress snapshots, but for the last. Default 100 ms.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
