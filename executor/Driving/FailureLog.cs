using Executor.Launching;
using Executor.Scheduling;

namespace Executor.Driving;

/// <summary>Collects what fails for good from a run's decisions, live ones and those of the journal. Not thread-safe.</summary>
internal sealed class FailureLog(string run, TaskGraph graph)
{
    private const int Kept = 100;
    private readonly List<RunFailure> _failures = [];

    /// <summary>The first hundred, in order.</summary>
    public IReadOnlyList<RunFailure> Failures => _failures;

    /// <summary>How many there were.</summary>
    public int Count { get; private set; }

    /// <summary>Takes in one decision.</summary>
    /// <param name="decision">The decision.</param>
    /// <param name="facts">What is known of the end of the attempt that it is about; null where another driver saw it.</param>
    public void Apply(Decision decision, AttemptFacts? facts = null)
    {
        switch (decision)
        {
            case OutcomeDecision { Final: true, Outcome: var outcome } final:
                Add(new RunFailure(
                    graph.Name(run, final.Attempt), outcome.Cause, outcome.Reason, outcome.ExitCode, outcome.Signal, facts?.Report?.LogTail)
                {
                    Advice = facts?.Advice,
                });
                break;
            case FailDecision fail:
                Add(new RunFailure(null, null, fail.Reason, null, null, null));
                break;
            case ResumeDecision:
                _failures.Clear();
                Count = 0;
                break;
            default:
                break;
        }
    }

    private void Add(RunFailure failure)
    {
        Count++;
        if (_failures.Count < Kept)
        {
            _failures.Add(failure);
        }
    }
}
