using Executor.Driving;
using Executor.Planning;

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

    /// <summary>Adds an attempt of one of the tasks.</summary>
    public void Add(AttemptRow row) => _totals[row.Attempt.Task].Add(row);
}
