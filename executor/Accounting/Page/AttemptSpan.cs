using Executor.Contracts.Identity;
using Executor.Outcomes;

namespace Executor.Accounting.Page;

/// <summary>When one attempt ran, in seconds after the run's first.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Class">The ordinal of its class.</param>
/// <param name="From">Its start.</param>
/// <param name="To">Its end, not before its start.</param>
/// <param name="Cause">How it ended.</param>
internal readonly record struct AttemptSpan(AttemptId Attempt, int Class, double From, double To, AttemptCause Cause);
