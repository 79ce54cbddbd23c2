using Executor.Contracts.Identity;
using Executor.Driving;

namespace Executor.Running.Steps;

/// <summary>What a run came to, for whatever started it as a step of something larger: references to results, never data.</summary>
internal sealed record RunSummary
{
    /// <summary>The run; null if there is none, because the command ended before it had one.</summary>
    public string? Run { get; init; }

    /// <summary>The workflow's name; null likewise.</summary>
    public string? Workflow { get; init; }

    /// <summary>How the run ended; null if the command ended without knowing, as where it could not begin or has only submitted.</summary>
    public RunEnd? End { get; init; }

    /// <summary>The command's exit code.</summary>
    public required int ExitCode { get; init; }

    /// <summary>The store that the run's records and data are in; null where only this machine reaches it.</summary>
    public Uri? Store { get; init; }

    /// <summary>The workflow's results, once the run has succeeded.</summary>
    public IReadOnlyList<ResultSummary> Results { get; init; } = [];

    /// <summary>What failed for good, at most 100.</summary>
    public IReadOnlyList<RunFailure> Failures { get; init; } = [];

    /// <summary>How much failed for good.</summary>
    public int FailureCount { get; init; }

    /// <summary>What was told where there is no failure of an attempt: why the command could not go on, in one or more lines.</summary>
    public string? Message { get; init; }

    /// <summary>Why the run has not succeeded, in one sentence; null if it has, or if that is not known.</summary>
    public string? Reason => Failures.Count > 0 ? Sentence(Failures[0]) : Message;

    /// <summary>One failure as a sentence that names the instance.</summary>
    public static string Sentence(RunFailure failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure.Attempt is { } attempt ? $"{attempt.Instance} failed at attempt {attempt.Attempt}: {failure.Reason}" : failure.Reason;
    }
}

/// <summary>How much a result holds.</summary>
/// <param name="Output">The output.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Bytes">Its bytes in the store.</param>
/// <param name="Partitions">Its partitions.</param>
internal sealed record ResultSummary(OutputId Output, long Rows, long Bytes, int Partitions);
