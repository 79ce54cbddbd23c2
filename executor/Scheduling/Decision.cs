using Executor.Contracts.Reporting;
using Executor.Launching;
using Executor.Outcomes;
using Executor.Planning;

namespace Executor.Scheduling;

/// <summary>
/// One decision of a driver. The journal holds nothing else, and <see cref="RunState.Apply"/> of all of them in order is all that a later
/// driver needs to go on. Each is appended before it takes effect outside (docs/protocol.md, "The journal and the epoch").
/// </summary>
internal abstract record Decision;

/// <summary>An attempt is to be started.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Definition">The tag of the instance's definition, which all attempts of a generation share; never 0.</param>
/// <param name="MemoryBytes">The memory that the attempt gets, which may be other than its task asks for.</param>
internal sealed record LaunchDecision(AttemptRef Attempt, ulong Definition, long MemoryBytes) : Decision
{
    /// <summary>The processors that the attempt gets, in thousandths; null for what its task asks for.</summary>
    public int? CpuMillicores { get; init; }
}

/// <summary>An attempt has ended without a commit.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Outcome">What its end means.</param>
/// <param name="Final">True if the instance is not tried again: the budget is used up, or no retry can help.</param>
/// <param name="Usage">What it used, where that is known.</param>
internal sealed record OutcomeDecision(AttemptRef Attempt, AttemptOutcome Outcome, bool Final, AttemptUsage? Usage) : Decision
{
    /// <summary>What its cluster has said of its pod, for the accounts; null where there was none. No decision depends on it.</summary>
    public AttemptPlacement? Placement { get; init; }
}

/// <summary>An instance's commit was seen. The commit is the proof; this spares the next driver from reading it.</summary>
/// <param name="Winner">The attempt that committed.</param>
internal sealed record CommittedDecision(AttemptRef Winner) : Decision
{
    /// <summary>What its cluster has said of the winner's pod, for the accounts; null where there was none. No decision depends on it.</summary>
    public AttemptPlacement? Placement { get; init; }
}

/// <summary>An instance begins anew: neither its commit nor its attempts so far count any longer.</summary>
/// <param name="Task">The task's ordinal.</param>
/// <param name="Index">The instance.</param>
/// <param name="Generation">The new generation.</param>
/// <param name="Cause">Why.</param>
internal sealed record RaiseDecision(int Task, int Index, int Generation, RaiseCause Cause) : Decision;

/// <summary>All instances of a task have committed: its outputs may be sealed and read.</summary>
/// <param name="Task">The task's ordinal.</param>
/// <param name="Generation">The seals' generation, one for all outputs of the task.</param>
/// <param name="Instances">How many instances the task had.</param>
internal sealed record SealDecision(int Task, int Generation, int Instances) : Decision;

/// <summary>The seals of a task are raised though none of its instances is: the workflow was changed so that their number differs.</summary>
/// <param name="Task">The task's ordinal.</param>
/// <param name="Generation">The new generation of its seals.</param>
internal sealed record UnsealDecision(int Task, int Generation) : Decision;

/// <summary>
/// Which instances a task has whose partitions are split, and what each reads. Holds until it is taken back, also when what they read is made anew.
/// </summary>
/// <param name="Task">The task's ordinal.</param>
/// <param name="Choice">The choice.</param>
internal sealed record SliceDecision(int Task, SliceChoice Choice) : Decision;

/// <summary>A task's slices do not hold any longer, because the workflow was changed; they are chosen anew from the next seal of what is split.</summary>
/// <param name="Task">The task's ordinal.</param>
internal sealed record UnsliceDecision(int Task) : Decision;

/// <summary>What follows is by another revision of the workflow.</summary>
/// <param name="Revision">The revision, from zero; its record stands already.</param>
internal sealed record RevisionDecision(int Revision) : Decision;

/// <summary>Somebody wants a run that had ended, failed or been cancelled to go on: budgets are full again.</summary>
/// <param name="Requests">How many requests to cancel the run there were, none of which counts any longer.</param>
internal sealed record ResumeDecision(int Requests) : Decision;

/// <summary>The run is to be cancelled.</summary>
/// <param name="Requests">How many cancel requests of the run are honoured by this and all earlier decisions.</param>
/// <param name="Immediately">True if the attempts' ends are not waited for.</param>
internal sealed record CancelDecision(int Requests, bool Immediately) : Decision;

/// <summary>The run fails for a reason that is not one attempt's.</summary>
/// <param name="Reason">One sentence for people.</param>
internal sealed record FailDecision(string Reason) : Decision;

/// <summary>The run has ended.</summary>
/// <param name="Outcome">How.</param>
internal sealed record FinishDecision(RunOutcome Outcome) : Decision;

/// <summary>Why an instance begins anew.</summary>
internal enum RaiseCause
{
    /// <summary>Its committed data was lost.</summary>
    Loss,

    /// <summary>It read, or was about to read, a seal that does not count any longer.</summary>
    Upstream,

    /// <summary>Its definition is another than the one it was launched with.</summary>
    Definition,
}

/// <summary>How a run ended.</summary>
internal enum RunOutcome
{
    /// <summary>Every instance has committed and every output is sealed.</summary>
    Succeeded,

    /// <summary>An instance ran out of retries, or committed data was lost beyond repair.</summary>
    Failed,

    /// <summary>Somebody cancelled it.</summary>
    Cancelled,
}
