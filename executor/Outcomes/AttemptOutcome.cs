namespace Executor.Outcomes;

/// <summary>What the end of an attempt means.</summary>
/// <param name="Cause">How it ended.</param>
/// <param name="Charge">Which budget pays for another try.</param>
/// <param name="Reason">One sentence for people.</param>
/// <param name="ExitCode">The body's exit code, or the runner's where the body's is unknown.</param>
/// <param name="Signal">The signal that ended the body, or the runner where the body's is unknown.</param>
internal sealed record AttemptOutcome(
    AttemptCause Cause, RetryCharge Charge, string Reason, int? ExitCode = null, int? Signal = null);
