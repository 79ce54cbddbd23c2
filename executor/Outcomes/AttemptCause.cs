namespace Executor.Outcomes;

/// <summary>How an attempt ended. A byte, as it is kept for every instance of a run.</summary>
internal enum AttemptCause : byte
{
    /// <summary>A commit stands for its instance.</summary>
    Succeeded,

    /// <summary>The body ended with a non-zero exit code or by a signal.</summary>
    Failed,

    /// <summary>It was ended for its memory.</summary>
    OutOfMemory,

    /// <summary>It ran out of its time.</summary>
    TimedOut,

    /// <summary>Its output is not what was declared.</summary>
    InvalidOutput,

    /// <summary>It can never start as it is described.</summary>
    Configuration,

    /// <summary>Committed data that it reads is missing or damaged.</summary>
    InputLost,

    /// <summary>It could not reach the store.</summary>
    StoreUnavailable,

    /// <summary>It vanished, or what runs it failed.</summary>
    Lost,

    /// <summary>The executor asked it to end.</summary>
    Cancelled,

    /// <summary>Somebody else asked it to end.</summary>
    Terminated,

    /// <summary>It had to leave its node.</summary>
    Evicted,

    /// <summary>It had to make room for something of higher priority.</summary>
    Preempted,

    /// <summary>Its node is gone, or answers no longer.</summary>
    NodeLost,

    /// <summary>Somebody deleted it.</summary>
    Deleted,

    /// <summary>Its image could not be had.</summary>
    ImagePull,

    /// <summary>No node had room for it in time.</summary>
    Unschedulable,

    /// <summary>Its node did not start it in time.</summary>
    StartTimeout,

    /// <summary>It asks for more than the largest node has.</summary>
    Infeasible,
}

/// <summary>Which retry budget of the instance an end is charged to.</summary>
internal enum RetryCharge
{
    /// <summary>None: trying again costs nothing, and something else bounds it.</summary>
    None,

    /// <summary>The task's.</summary>
    Task,

    /// <summary>The infrastructure's.</summary>
    Infrastructure,

    /// <summary>No retry can help.</summary>
    NotRetried,
}
