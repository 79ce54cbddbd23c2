using Executor.Driving;
using Executor.Planning;
using Executor.Shuffle.Channel;

namespace Executor.Accounting;

/// <summary>The totals of a run, by task in the order of the plan. Not thread-safe.</summary>
internal sealed class RunAccounts
{
    private readonly Dictionary<string, TaskTotals> _totals;

    public RunAccounts(RunPlan plan)
    {
        Tasks = [.. plan.Tasks.Select(task => new TaskTotals(task.Name, task.Resources.MemoryBytes))];
        _totals = Tasks.ToDictionary(totals => totals.Task);
    }

    /// <summary>The totals in the order of the plan.</summary>
    public IReadOnlyList<TaskTotals> Tasks { get; }

    /// <summary>The totals of all attempts of a run that its records tell of, those of earlier executors too.</summary>
    /// <param name="records">Where the run's records are.</param>
    /// <param name="run">The run's id.</param>
    /// <param name="plan">The plan of the run's latest revision.</param>
    /// <param name="each">Is given each attempt, if not null.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<RunAccounts> ReadAsync(
        IRunRecords records, string run, RunPlan plan, Action<AttemptRow>? each, CancellationToken cancellationToken)
    {
        var accounts = new RunAccounts(plan);
        await foreach (var row in RunStatusReader.ReadAttemptsAsync(records, run, plan, cancellationToken))
        {
            accounts.Add(row);
            each?.Invoke(row);
        }

        return accounts;
    }

    /// <summary>Adds an attempt of one of the tasks.</summary>
    public void Add(AttemptRow row) => _totals[row.Attempt.Task].Add(row);
}
