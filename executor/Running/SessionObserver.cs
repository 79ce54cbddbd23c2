using Executor.Accounting;
using Executor.Driving;
using Executor.Metrics;

namespace Executor.Running;

/// <summary>Passes on to output, accounts, trace and metrics what the driver tells.</summary>
internal sealed class SessionObserver(IRunOutput output, AttemptSums sums, TraceWriter? trace, RunInstruments? instruments) : IRunObserver
{
    /// <inheritdoc/>
    public void Progress(RunProgress progress)
    {
        instruments?.Progress(progress);
        output.Progress(progress);
    }

    /// <inheritdoc/>
    public void AttemptEnded(AttemptRow attempt)
    {
        sums.Add(attempt);
        trace?.Add(attempt);
        instruments?.AttemptEnded(attempt);
        output.AttemptEnded(attempt);
    }

    /// <inheritdoc/>
    public void Notice(string message) => output.Notice(message);

    /// <inheritdoc/>
    public void Launched(int count, TimeSpan sinceEnd) => instruments?.Launched(count, sinceEnd);
}
