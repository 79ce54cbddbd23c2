using Executor.Contracts.Reporting;
using Executor.Launching;
using Executor.Outcomes;
using Executor.Scheduling;

namespace Executor.Driving;

/// <summary>What one step of a driver comes to.</summary>
/// <param name="Decisions">To append.</param>
/// <param name="Effects">To carry out, most of them once the decisions stand.</param>
/// <param name="Ends">Attempts of which it is settled how they ended.</param>
internal sealed record DriverRound(IReadOnlyList<Decision> Decisions, IReadOnlyList<Effect> Effects, IReadOnlyList<AttemptEnd> Ends);

/// <summary>How an attempt ended.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Outcome">What its end means.</param>
/// <param name="Usage">What it used, where that is known.</param>
/// <param name="Facts">What its launcher told; null if it never started.</param>
internal sealed record AttemptEnd(AttemptRef Attempt, AttemptOutcome Outcome, AttemptUsage? Usage, AttemptFacts? Facts);

/// <summary>Look for the commit of an ended attempt's instance and generation.</summary>
/// <param name="Attempt">The attempt that ended.</param>
/// <param name="Facts">What its launcher told.</param>
internal sealed record ReadCommitEffect(AttemptRef Attempt, AttemptFacts Facts) : Effect
{
    /// <inheritdoc/>
    public override bool WaitsForDecisions => false;
}

/// <summary>
/// Say that an attempt's end is on record, so that what is left of it may be taken away: the round's decisions, or earlier ones, tell what became
/// of it.
/// </summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Cause">What the platform did to it, if it did.</param>
internal sealed record ReleaseEffect(AttemptRef Attempt, PlatformCause? Cause) : Effect;

/// <summary>Read the run's committed data back.</summary>
internal sealed record VerifyEffect : Effect;
