using Executor.Contracts.Reporting;
using Executor.Shuffle.Channel;
using Executor.TaskRunner.Native;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Lifecycle;

/// <summary>What each failure of the parts below means for the attempt, and the exit code that tells it.</summary>
internal static class AttemptFailures
{
    /// <summary>The attempt's failure that an exception stands for.</summary>
    public static AttemptFailedException From(Exception exception) => exception switch
    {
        AttemptFailedException failure => failure,
        ShuffleException shuffle => new AttemptFailedException(Of(shuffle.Error), shuffle.Message, shuffle),
        IOException { HResult: Libc.ErrorNoSpace or Libc.ErrorQuota } full => new AttemptFailedException(
            AttemptFailure.Infrastructure, $"the disk is full: {full.Message}", full),
        IOException or UnauthorizedAccessException => new AttemptFailedException(
            AttemptFailure.Infrastructure, $"this machine failed the attempt: {exception.Message}", exception),
        _ => new AttemptFailedException(
            AttemptFailure.Infrastructure, $"the runner failed: {exception.GetType().Name}: {exception.Message}", exception),
    };

    /// <summary>The runner's exit code for a failure of its own.</summary>
    public static int ExitCodeOf(AttemptFailedException failure) => failure.ExitCode ?? failure.Failure switch
    {
        AttemptFailure.Configuration => RunnerExitCodes.InvalidDescriptor,
        AttemptFailure.InvalidOutput => RunnerExitCodes.InvalidOutput,
        AttemptFailure.InputLost => RunnerExitCodes.InputLost,
        AttemptFailure.StoreUnavailable => RunnerExitCodes.StoreUnavailable,
        AttemptFailure.TimedOut => RunnerExitCodes.TimedOut,
        AttemptFailure.Terminated => RunnerExitCodes.Terminated,
        _ => RunnerExitCodes.MachineFailed,
    };

    private static AttemptFailure Of(ShuffleError error) => error switch
    {
        ShuffleError.DataLoss => AttemptFailure.InputLost,
        ShuffleError.SchemaMismatch => AttemptFailure.InvalidOutput,
        ShuffleError.Invalid => AttemptFailure.Configuration,
        _ => AttemptFailure.StoreUnavailable,
    };
}
