using Executor.Contracts.Records;
using Executor.Driving;
using Executor.Hosting;
using Executor.Planning;

namespace Executor.Cli;

/// <summary>Tells people of runs that are not there, which would otherwise look like empty ones.</summary>
internal static class RunLookup
{
    /// <summary>True if anything is kept of a run, even of one whose deletion was interrupted; else that is told on the error writer.</summary>
    public static async Task<bool> IsThereAsync(StoreConnection store, string run, CliConsole console, CancellationToken cancellationToken)
    {
        await foreach (var entry in store.Records.ListRunsAsync(cancellationToken))
        {
            if (entry.Run == run)
            {
                return true;
            }
        }

        console.Error.WriteLine($"executor: there is no run {run}; `executor ls` shows those that there are");
        return false;
    }

    /// <summary>The plan that a run goes by; null if it has none yet, which is told on the error writer.</summary>
    public static async Task<RunPlan?> FindPlanAsync(StoreConnection store, string run, CliConsole console, CancellationToken cancellationToken)
    {
        if (await TryFindPlanAsync(store, run, cancellationToken) is { } plan)
        {
            return plan;
        }

        console.Error.WriteLine($"executor: there is no run {run}, or it has not begun yet");
        return null;
    }

    /// <summary>The plan that a run goes by; null if it has none yet.</summary>
    public static async Task<RunPlan?> TryFindPlanAsync(StoreConnection store, string run, CancellationToken cancellationToken)
    {
        var revision = await RunStatusReader.RevisionAsync(store.Records, run, cancellationToken);
        return revision >= 0 && await store.Records.GetAsync(run, RecordKeys.Workflow(revision), cancellationToken) is { } workflow
            ? ResolvedWorkflow.Deserialize(workflow.Span).Plan
            : null;
    }
}
