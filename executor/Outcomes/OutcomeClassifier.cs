using Executor.Contracts.Reporting;
using Executor.Launching;

namespace Executor.Outcomes;

/// <summary>
/// Decides what the end of an attempt means from what is known of it: a pure function. Proof comes before news: a standing commit is success
/// whatever else was seen, and nothing else is success. Of the news, the executor's own request comes first, then the runner's report, then
/// what the launcher saw, then the bare exit code.
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
            : facts.Report is { Phase: AttemptPhase.Failed, Failure: { } failure } ? FromReport(facts, facts.Report, failure)
            : facts.OutOfMemory || facts.Report?.Usage?.OutOfMemory == true ? OutOfMemory(facts)
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
