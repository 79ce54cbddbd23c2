using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Driving;
using Executor.Hosting;
using Executor.Planning;
using Executor.Results;
using Executor.Shuffle.Channel;

namespace Executor.Running;

/// <summary>Shows what a run came to: its results, its accounts, its end.</summary>
internal sealed class RunConclusion(RunRequest request, IRunOutput output, CancellationToken atOnce)
{
    /// <summary>Shows it.</summary>
    /// <param name="plan">The run's plan.</param>
    /// <param name="run">The run's id.</param>
    /// <param name="store">Where its records and data are.</param>
    /// <param name="result">How it ended.</param>
    /// <param name="sums">What its attempts used; null to read that from the records.</param>
    /// <param name="elapsed">How long it took.</param>
    /// <param name="exitCode">The command's exit code.</param>
    /// <exception cref="ShuffleException">The store cannot be read.</exception>
    public async Task ConcludeAsync(
        RunPlan plan, string run, StoreConnection store, RunResult result, AttemptSums? sums, TimeSpan elapsed, int exitCode)
    {
        if (result.End == RunEnd.Succeeded)
        {
            await ShowResultsAsync(plan, run, store, result);
        }

        output.Finished(run, result, sums ?? await SumAsync(plan, run, store, result), elapsed, exitCode);
    }

    private async Task<AttemptSums> SumAsync(RunPlan plan, string run, StoreConnection store, RunResult result)
    {
        var sums = new AttemptSums(plan);
        if (result.End is RunEnd.Succeeded or RunEnd.Failed)
        {
            await foreach (var attempt in RunStatusReader.ReadAttemptsAsync(store.Records, run, plan, atOnce))
            {
                sums.Add(attempt);
            }
        }

        return sums;
    }

    private async Task ShowResultsAsync(RunPlan plan, string run, StoreConnection store, RunResult result)
    {
        foreach (var (task, ordinal) in plan.Tasks.Select((task, ordinal) => (task, ordinal)))
        {
            foreach (var planned in task.Outputs)
            {
                var seal = new SealId(run, new OutputId(task.Name, planned.Name), result.SealGenerations[ordinal]);
                var record = await store.Channel.GetSealAsync(seal, atOnce)
                    ?? throw new ShuffleException(ShuffleError.NotFound, $"run {run} succeeded, but the seal of {seal.Output} is gone");
                var isResult = plan.Results.Contains(seal.Output);
                output.Output(record, isResult);
                if (isResult)
                {
                    await output.ResultAsync(store.Channel, seal, record, atOnce);
                    await ExportAsync(store, seal, record);
                }
            }
        }
    }

    private async Task ExportAsync(StoreConnection store, SealId seal, SealRecord record)
    {
        if (request.ResultsDirectory is not { } directory)
        {
            return;
        }

        foreach (var format in request.ResultFormats)
        {
            output.Written(seal.Output, await ResultExporter.ExportAsync(store.Channel, seal, record, directory, format, atOnce));
        }
    }
}
