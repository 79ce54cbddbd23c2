using Executor.Contracts.Reporting;
using Executor.Launching;

namespace Executor.Outcomes;

/// <summary>
/// Decides what the end of an attempt means from what is known of it: a pure function. Proof comes before news: a standing commit is success
/// whatever else was seen, and nothing else is success. Of the news, the executor's own request comes first, then a report of what is the
/// task's own failure or its input's, then the end of its memory, then what the platform did, then the rest of the report, then the bare exit code.
/// </summary>
internal static class OutcomeClassifier
{
    /// <summary>What the attempt comes to whose commit stands.</summary>
    public static AttemptOutcome Committed { get; } = new(AttemptCause.Succeeded, RetryCharge.None, "its commit stands");

    /// <summary>Classifies one end.</summary>
    /// <param name="facts">What the launcher can tell.</param>
    /// <param name="committed">True if a commit stands for the attempt's instance and generation.</param>
    public static AttemptOutcome Classify(AttemptFacts facts, bool committed)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var outcome = committed ? Committed
            : facts.Cancelled ? new AttemptOutcome(AttemptCause.Cancelled, RetryCharge.None, "cancelled by the executor")
            : facts.Report is { Phase: AttemptPhase.Failed, Failure: { } failure } && !IsPlatforms(facts, facts.Report, failure)
                ? FromReport(facts, facts.Report, failure)
            : facts.OutOfMemory || facts.Report?.Usage?.OutOfMemory == true ? OutOfMemory(facts)
            : facts.Platform is { } end ? FromPlatform(end)
            : facts.ExitCode is { } exitCode ? FromExitCode(exitCode, facts.Report)
            : facts.Signal is { } signal ? Lost($"the runner was ended by signal {signal} without a report")
            : Lost("the attempt vanished without an exit code or a report");
        return outcome with
        {
            ExitCode = facts.Report?.ExitCode ?? facts.ExitCode,
            Signal = facts.Report?.Signal ?? facts.Signal,
        };
    }

    /// <summary>What becomes of an attempt that the launcher will never be able to start.</summary>
    public static AttemptOutcome NotStartable(string message) => new(AttemptCause.Configuration, RetryCharge.NotRetried, message);

    /// <summary>What becomes of an attempt of which neither a trace nor a commit is left.</summary>
    public static AttemptOutcome Lost(string message) => new(AttemptCause.Lost, RetryCharge.Infrastructure, message);

    /// <summary>
    /// Whether a report tells of what the platform did: it ends a pod by signals, which a body may answer by that signal's exit code.
    /// </summary>
    private static bool IsPlatforms(AttemptFacts facts, TerminationReport report, AttemptFailure failure) =>
        facts.Platform is not null && failure switch
        {
            AttemptFailure.Body => report.Signal is not null || report.ExitCode is 128 + 15 or 128 + 9,
            AttemptFailure.Terminated or AttemptFailure.Infrastructure or AttemptFailure.StoreUnavailable => true,
            _ => false,
        };

    private static AttemptOutcome FromPlatform(PlatformEnd end)
    {
        var (cause, charge) = end.Cause switch
        {
            PlatformCause.Evicted => (AttemptCause.Evicted, RetryCharge.Infrastructure),
            PlatformCause.StorageExceeded => (AttemptCause.Evicted, RetryCharge.Task),
            PlatformCause.Preempted => (AttemptCause.Preempted, RetryCharge.Infrastructure),
            PlatformCause.NodeLost => (AttemptCause.NodeLost, RetryCharge.Infrastructure),
            PlatformCause.Deleted => (AttemptCause.Deleted, RetryCharge.Infrastructure),
            PlatformCause.StartTimeout => (AttemptCause.StartTimeout, RetryCharge.Infrastructure),
            PlatformCause.InitFailed => (AttemptCause.Failed, RetryCharge.Task),
            PlatformCause.DeadlineExceeded => (AttemptCause.TimedOut, RetryCharge.Task),

            // The platform has waited for these already: waiting was the retry.
            PlatformCause.ImagePull => (AttemptCause.ImagePull, RetryCharge.NotRetried),
            PlatformCause.InvalidConfiguration => (AttemptCause.Configuration, RetryCharge.NotRetried),
            PlatformCause.Unschedulable => (AttemptCause.Unschedulable, RetryCharge.NotRetried),
            PlatformCause.Infeasible => (AttemptCause.Infeasible, RetryCharge.NotRetried),
            _ => (AttemptCause.Lost, RetryCharge.Infrastructure),
        };
        return new AttemptOutcome(cause, charge, end.Message);
    }

    private static AttemptOutcome FromReport(AttemptFacts facts, TerminationReport report, AttemptFailure failure)
    {
        var memory = facts.OutOfMemory || report.Usage?.OutOfMemory == true;
        var error = report.Error;
        return failure switch
        {
            AttemptFailure.OutOfMemory => OutOfMemory(facts),
            AttemptFailure.Body or AttemptFailure.Terminated or AttemptFailure.Infrastructure when memory => OutOfMemory(facts),
            AttemptFailure.Body => new(AttemptCause.Failed, RetryCharge.Task, error ?? BodyEnd(report)),
            AttemptFailure.TimedOut => new(AttemptCause.TimedOut, RetryCharge.Task, error ?? "the body ran out of its time"),
            AttemptFailure.Configuration =>
                new(AttemptCause.Configuration, RetryCharge.NotRetried, error ?? "the body cannot be started as described"),
            AttemptFailure.InvalidOutput => new(AttemptCause.InvalidOutput, RetryCharge.Task, error ?? "the output is not what was declared"),
            AttemptFailure.InputLost => InputLost(error),
            AttemptFailure.StoreUnavailable => StoreUnavailable(error),
            AttemptFailure.Terminated => Terminated(error),
            _ => Lost(error ?? "the machine failed the attempt"),
        };
    }

    private static AttemptOutcome FromExitCode(int exitCode, TerminationReport? report) => exitCode switch
    {
        RunnerExitCodes.Succeeded when report?.Phase == AttemptPhase.Superseded =>
            Lost("the runner says that another incarnation committed, but no commit stands"),
        RunnerExitCodes.Succeeded => Lost("exit code 0, but no commit stands"),
        RunnerExitCodes.InvalidDescriptor =>
            new(AttemptCause.Configuration, RetryCharge.NotRetried, "the runner cannot use its descriptor"),
        RunnerExitCodes.CannotStart => new(AttemptCause.Configuration, RetryCharge.NotRetried, "the body's command cannot be started"),
        RunnerExitCodes.StoreUnavailable => StoreUnavailable(null),
        RunnerExitCodes.InputLost => InputLost(null),
        RunnerExitCodes.InvalidOutput => new(AttemptCause.InvalidOutput, RetryCharge.Task, "the output is not what was declared"),
        RunnerExitCodes.TimedOut => new(AttemptCause.TimedOut, RetryCharge.Task, "the body ran out of its time"),
        RunnerExitCodes.Terminated => Terminated(null),
        _ => new(AttemptCause.Failed, RetryCharge.Task, $"exit code {exitCode}"),
    };

    private static AttemptOutcome OutOfMemory(AttemptFacts facts) => new(
        AttemptCause.OutOfMemory,
        RetryCharge.Task,
        facts.Report?.Usage is { PeakMemoryBytes: > 0 } usage
            ? $"out of memory at {usage.PeakMemoryBytes / (1024 * 1024)} MiB"
            : "out of memory");

    private static AttemptOutcome InputLost(string? error) =>
        new(AttemptCause.InputLost, RetryCharge.Infrastructure, error ?? "committed input data is lost or damaged");

    private static AttemptOutcome StoreUnavailable(string? error) =>
        new(AttemptCause.StoreUnavailable, RetryCharge.Infrastructure, error ?? "the store was out of reach");

    private static AttemptOutcome Terminated(string? error) =>
        new(AttemptCause.Terminated, RetryCharge.Infrastructure, error ?? "asked to end by something other than the executor");

    private static string BodyEnd(TerminationReport report) =>
        report.Signal is { } signal ? $"ended by signal {signal}"
        : report.ExitCode is { } code ? $"exit code {code}"
        : "the body failed";
}
