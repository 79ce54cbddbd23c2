using Executor.Contracts.Reporting;

namespace Executor.TaskRunner.Reporting;

/// <summary>Ends an attempt with a failure that the runner can name.</summary>
/// <param name="failure">What kind of failure it is.</param>
/// <param name="message">One sentence for people.</param>
/// <param name="innerException">The cause, if there is one.</param>
internal sealed class AttemptFailedException(AttemptFailure failure, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>What kind of failure it is.</summary>
    public AttemptFailure Failure { get; } = failure;

    /// <summary>The runner's exit code where it is not the failure's usual one; null otherwise.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The body's command cannot be started.</summary>
    public static AttemptFailedException CannotStart(string message) =>
        new(AttemptFailure.Configuration, message) { ExitCode = RunnerExitCodes.CannotStart };

    /// <summary>What the body left is not the declared output.</summary>
    public static AttemptFailedException InvalidOutput(string message, Exception? cause = null) =>
        new(AttemptFailure.InvalidOutput, message, cause);
}
