using Executor.Accounting;
using Executor.Driving;

namespace Executor.Running;

/// <summary>Passes on to output, accounts and trace what the driver tells.</summary>
internal sealed class SessionObserver(IRunOutput output, RunAccounts accounts, TraceWriter? trace) : IRunObserver
{
    /// <inheritdoc/>
    public void Progress(RunProgress progress) => output.Progress(progress);

    /// <inheritdoc/>
    public void AttemptEnded(AttemptRow attempt)
    {
        accounts.Add(attempt);
        trace?.Add(attempt);
        output.AttemptEnded(attempt);
    }

    /// <inheritdoc/>
    public void Notice(string message) => output.Notice(message);
}
