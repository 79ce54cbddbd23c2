using Executor.Accounting;
using Executor.Driving;
using Executor.Planning;

namespace Executor.Running;

/// <summary>Passes on to output, accounts and trace what the driver tells.</summary>
internal sealed class SessionObserver(IRunOutput output, RunPlan plan, RunAccounts accounts, TraceWriter? trace) : IRunObserver
{
    private readonly Dictionary<string, PlannedTask> _tasks = plan.Tasks.ToDictionary(task => task.Name);

    /// <inheritdoc/>
    public void Progress(RunProgress progress) => output.Progress(progress);

    /// <inheritdoc/>
    public void AttemptEnded(AttemptRow attempt)
    {
        accounts.Add(attempt);
        trace?.Add(attempt, _tasks[attempt.Attempt.Task].Resources);
        output.AttemptEnded(attempt);
    }

    /// <inheritdoc/>
    public void Notice(string message) => output.Notice(message);
}
