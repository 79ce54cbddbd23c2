using Executor.Cluster.Usage;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Driving;
using Executor.Planning;
using Executor.Shuffle.Channel;

namespace Executor.Running.Steps;

/// <summary>Passes a run on to another output and remembers what it came to.</summary>
internal sealed class SummarizingOutput(IRunOutput output) : IRunOutput
{
    private readonly List<ResultSummary> _results = [];
    private RunResult? _result;

    /// <summary>What is known so far.</summary>
    /// <param name="summary">What is known beside it.</param>
    public RunSummary Complete(RunSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        return summary with
        {
            End = _result?.End,
            Results = _results,
            Failures = _result?.Failures ?? [],
            FailureCount = _result?.FailureCount ?? 0,
            Message = _result is { End: RunEnd.Succeeded } ? null : _result?.Message ?? summary.Message,
        };
    }

    /// <inheritdoc/>
    public void Started(string run, RunPlan plan, string machine) => output.Started(run, plan, machine);

    /// <inheritdoc/>
    public void Progress(RunProgress progress) => output.Progress(progress);

    /// <inheritdoc/>
    public void Usage(LiveUsage usage) => output.Usage(usage);

    /// <inheritdoc/>
    public void AttemptEnded(AttemptRow attempt) => output.AttemptEnded(attempt);

    /// <inheritdoc/>
    public void Notice(string message) => output.Notice(message);

    /// <inheritdoc/>
    public void Log(AttemptId attempt, string line) => output.Log(attempt, line);

    /// <inheritdoc/>
    public void Output(SealRecord seal, bool isResult)
    {
        ArgumentNullException.ThrowIfNull(seal);
        if (isResult)
        {
            var partitions = seal.Partitions;
            _results.Add(new ResultSummary(
                seal.Output, partitions.Sum(partition => partition.Rows), partitions.Sum(partition => partition.Bytes), seal.PartitionCount));
        }

        output.Output(seal, isResult);
    }

    /// <inheritdoc/>
    public Task ResultAsync(IShuffleChannel channel, SealId seal, SealRecord record, CancellationToken cancellationToken) =>
        output.ResultAsync(channel, seal, record, cancellationToken);

    /// <inheritdoc/>
    public void Written(OutputId result, string path) => output.Written(result, path);

    /// <inheritdoc/>
    public void Finished(string run, RunResult result, AttemptSums sums, TimeSpan elapsed, int exitCode)
    {
        _result = result;
        output.Finished(run, result, sums, elapsed, exitCode);
    }
}
