using Executor.Accounting;
using Executor.Accounting.Advice;
using Executor.Driving;
using Executor.Planning;

namespace Executor.Running;

/// <summary>What the attempts of a run come to: the totals by task, and what the workflow should ask for instead. Not thread-safe.</summary>
/// <param name="plan">The run's plan.</param>
internal sealed class AttemptSums(RunPlan plan)
{
    private static readonly ResourcePrices Prices = new();

    /// <summary>The totals by task.</summary>
    public RunAccounts Accounts { get; } = new(plan);

    /// <summary>What the workflow should ask for, by the default prices.</summary>
    public SizeAdvice Advice { get; } = new(plan, Prices);

    /// <summary>Adds an attempt of one of the tasks.</summary>
    public void Add(AttemptRow attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        Accounts.Add(attempt);
        Advice.Add(new AccountingRow(attempt, attempt.Attempt.Task, Prices));
    }
}
