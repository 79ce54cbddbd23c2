namespace Executor.Contracts.Reporting;

/// <summary>The exit codes of the <c>executor</c> command.</summary>
public static class ExitCodes
{
    /// <summary>The run succeeded.</summary>
    public const int Succeeded = 0;

    /// <summary>The workflow failed: a task ran out of retries, or committed data was lost beyond repair.</summary>
    public const int Failed = 1;

    /// <summary>The command line, the workflow file or a parameter is invalid; nothing was started.</summary>
    public const int InvalidInput = 2;

    /// <summary>The store, the cluster or this machine could not be used; the run can be resumed.</summary>
    public const int InfrastructureUnavailable = 3;

    /// <summary>Interrupted by SIGINT.</summary>
    public const int Interrupted = 130;

    /// <summary>Ended by SIGTERM.</summary>
    public const int Terminated = 143;
}
