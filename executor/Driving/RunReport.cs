using System.Globalization;
using Executor.Contracts.Identity;
using Executor.Launching;
using Executor.Scheduling;

namespace Executor.Driving;

/// <summary>Tells an observer of a run and collects its result. Notices may come from any thread; all else from the driver's.</summary>
internal sealed class RunReport
{
    private readonly string _run;
    private readonly TaskGraph _graph;
    private readonly IRunObserver _observer;
    private readonly DriverOptions _options;
    private readonly FailureLog _failures;
    private readonly Dictionary<AttemptRef, (DateTimeOffset? Launched, DateTimeOffset? Running)> _times = [];
    private readonly Lock _observing = new();
    private DateTimeOffset _lastProgress = DateTimeOffset.MinValue;

    /// <summary>A report of which nothing has been told.</summary>
    public RunReport(string run, TaskGraph graph, IRunObserver observer, DriverOptions options)
    {
        _run = run;
        _graph = graph;
        _observer = observer;
        _options = options;
        _failures = new FailureLog(run, graph);
    }

    /// <summary>Where the tasks stand.</summary>
    public static RunProgress ProgressOf(RunState state, DateTimeOffset at)
    {
        var tasks = new TaskProgress[state.Graph.TaskCount];
        for (var task = 0; task < tasks.Length; task++)
        {
            ref readonly var counts = ref state.Task(task);

            // A run that was ended at once waits for no attempt's end: it is killed, and the journal does not hear of it.
            var running = state.Finished is null ? counts.Launched : 0;
            tasks[task] = new TaskProgress(
                state.Graph.Plan.Tasks[task].Name, state.Graph.Instances(task), running, counts.Committed, counts.Failed, counts.Retries);
        }

        return new RunProgress(at, tasks);
    }

    /// <summary>A decision of an earlier driver.</summary>
    public void Replayed(Decision decision) => _failures.Apply(decision);

    /// <summary>Something people should know of.</summary>
    public void Notice(string message)
    {
        lock (_observing)
        {
            _observer.Notice(message);
        }
    }

    /// <summary>An attempt was seen to run.</summary>
    public void SeenRunning(AttemptRef attempt, AttemptFacts facts) =>
        _times[attempt] = (_times.GetValueOrDefault(attempt).Launched, _times.GetValueOrDefault(attempt).Running ?? facts.Seen);

    /// <summary>A round whose decisions stand in the journal.</summary>
    public void Stands(DriverRound round, RunState state)
    {
        ArgumentNullException.ThrowIfNull(round);
        var now = _options.Time.GetUtcNow();
        var notRetried = new HashSet<AttemptRef>();
        foreach (var decision in round.Decisions)
        {
            if (decision is LaunchDecision launch)
            {
                _times[launch.Attempt] = (now, null);
            }

            var final = decision as OutcomeDecision is { Final: true } outcome ? outcome : null;
            if (final is not null)
            {
                notRetried.Add(final.Attempt);
            }

            _failures.Apply(decision, final is null ? null : round.Ends.FirstOrDefault(end => end.Attempt == final.Attempt)?.Facts?.Report?.LogTail);
        }

        lock (_observing)
        {
            TellOfRaises(round);
            foreach (var end in round.Ends)
            {
                _times.Remove(end.Attempt, out var times);
                _observer.AttemptEnded(RowOf(end, times.Launched, times.Running) with { Final = notRetried.Contains(end.Attempt) });
            }

            if (now - _lastProgress >= _options.ProgressInterval)
            {
                _lastProgress = now;
                _observer.Progress(ProgressOf(state, now));
            }
        }
    }

    /// <summary>The run has ended.</summary>
    public RunResult Finish(RunOutcome outcome, RunState state) => Stop(
        outcome switch
        {
            RunOutcome.Succeeded => RunEnd.Succeeded,
            RunOutcome.Cancelled => RunEnd.Cancelled,
            _ => RunEnd.Failed,
        },
        outcome == RunOutcome.Cancelled ? "the run was cancelled" : null,
        state);

    /// <summary>The driver stops.</summary>
    public RunResult Stop(RunEnd end, string? message, RunState state)
    {
        var progress = ProgressOf(state, _options.Time.GetUtcNow());
        lock (_observing)
        {
            _observer.Progress(progress);
        }

        var seals = Enumerable.Range(0, _graph.TaskCount).Select(task => state.Task(task).SealGeneration).ToArray();
        return new RunResult(end, message, _failures.Failures, _failures.Count, progress, seals);
    }

    // Work that was done and is to be done again needs a reason that people see.
    private void TellOfRaises(DriverRound round)
    {
        foreach (var raised in round.Decisions.OfType<RaiseDecision>().GroupBy(raise => (raise.Task, raise.Cause)))
        {
            var reason = raised.Key.Cause switch
            {
                RaiseCause.Definition => "the task has changed",
                RaiseCause.Upstream => "what they read is made anew",
                _ => "what they wrote is lost",
            };
            _observer.Notice(string.Create(
                CultureInfo.InvariantCulture,
                $"{_graph.Plan.Tasks[raised.Key.Task].Name}: {raised.Count()} of {_graph.Instances(raised.Key.Task)} instances begin anew, because {reason}"));
        }
    }

    private AttemptRow RowOf(AttemptEnd end, DateTimeOffset? launched, DateTimeOffset? running)
    {
        AttemptId name = _graph.Name(_run, end.Attempt);
        return new AttemptRow(name, end.Outcome, end.Usage)
        {
            Launched = launched,
            Running = running,
            Ended = end.Facts?.Seen,
            Node = end.Facts?.Node,
            LogTail = end.Facts?.Report?.LogTail,
        };
    }
}
