namespace Executor.Contracts.Reporting;

/// <summary>
/// The exit codes of the task runner itself. A body's own exit code from 1 to 119 is passed through; one from 120 to 255 is too, and is told
/// from the runner's by the termination report.
/// </summary>
public static class RunnerExitCodes
{
    /// <summary>The attempt committed, or lost the commit to another incarnation of the same instance.</summary>
    public const int Succeeded = 0;

    /// <summary>The descriptor cannot be read or asks for something impossible.</summary>
    public const int InvalidDescriptor = 120;

    /// <summary>The store could not be reached, or refused, for longer than the retry limit.</summary>
    public const int StoreUnavailable = 121;

    /// <summary>Committed input data is lost or damaged.</summary>
    public const int InputLost = 122;

    /// <summary>The body's output is not what was declared: not an Arrow stream, another schema, a missing partition column.</summary>
    public const int InvalidOutput = 123;

    /// <summary>The attempt ran out of its time.</summary>
    public const int TimedOut = 124;

    /// <summary>This machine failed the attempt: a full disk, no process to be had.</summary>
    public const int MachineFailed = 125;

    /// <summary>The body's command cannot be started.</summary>
    public const int CannotStart = 127;

    /// <summary>The runner was asked to stop by SIGTERM.</summary>
    public const int Terminated = 143;
}
