using System.Globalization;
using Executor.Contracts.Descriptors;
using Executor.Launching;
using Executor.Outcomes;
using Executor.Rendering;
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
    private readonly Dictionary<AttemptRef, LaunchedAttempt> _launched = [];
    private readonly HoldNotices _holds = new();
    private readonly WaitingNotices _waits;
    private readonly LaunchLatencies _latencies;
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
        _waits = new WaitingNotices(graph);
        _latencies = new LaunchLatencies(graph);
    }

    /// <summary>When <see cref="Stands"/> has something to tell though nothing happens; null if never.</summary>
    public DateTimeOffset? NextDue => _waits.NextDue;

    /// <summary>Where the tasks stand.</summary>
    /// <param name="state">What is decided.</param>
    /// <param name="at">When.</param>
    /// <param name="pending">Per task, the instances with an attempt under way that was not seen to run yet; null if that is not known.</param>
    public static RunProgress ProgressOf(RunState state, DateTimeOffset at, int[]? pending = null)
    {
        var tasks = new TaskProgress[state.Graph.TaskCount];
        for (var task = 0; task < tasks.Length; task++)
        {
            ref readonly var counts = ref state.Task(task);

            // A run that was ended at once waits for no attempt's end: it is killed, and the journal does not hear of it.
            var underWay = state.Finished is null ? counts.Launched : 0;
            var waiting = state.Finished is null ? pending?[task] : 0;
            tasks[task] = new TaskProgress(
                state.Graph.Plan.Tasks[task].Name,
                state.IsCounted(task) ? state.Instances(task) : state.Graph.PlannedInstances(task),
                underWay - (waiting ?? 0),
                counts.Committed,
                counts.Failed,
                counts.Retries)
            { Pending = waiting, IsCounted = state.IsCounted(task) };
        }

        return new RunProgress(at, tasks);
    }

    /// <summary>When it was decided to launch an attempt of which no end is on record, by the clock of the driver that did; null if it is not known.</summary>
    public DateTimeOffset? LaunchedAt(AttemptRef attempt) => _launched.GetValueOrDefault(attempt)?.Launched;

    /// <summary>A decision of an earlier driver.</summary>
    /// <param name="decision">The decision.</param>
    /// <param name="at">When it was made, by that driver's clock.</param>
    public void Replayed(Decision decision, DateTimeOffset at)
    {
        _failures.Apply(decision);
        switch (decision)
        {
            case LaunchDecision launch:
                _launched[launch.Attempt] = new LaunchedAttempt(launch, at, null);
                break;
            case OutcomeDecision outcome:
                _launched.Remove(outcome.Attempt);
                break;
            case CommittedDecision committed:
                _launched.Remove(committed.Winner);
                break;
            default:
                break;
        }
    }

    /// <summary>Something people should know of.</summary>
    public void Notice(string message)
    {
        lock (_observing)
        {
            _observer.Notice(message);
        }
    }

    /// <summary>A launch was held for want of room.</summary>
    public void Held(string message, DateTimeOffset now) => Tell(_holds.Held(message, now));

    /// <summary>A launch was accepted.</summary>
    /// <param name="holding">True while others are held still.</param>
    /// <param name="now">The time.</param>
    public void Accepted(bool holding, DateTimeOffset now) => Tell(_holds.Accepted(holding, now));

    /// <summary>Something was seen of an attempt.</summary>
    public void Seen(AttemptRef attempt, ObservedPhase phase, AttemptFacts facts, DateTimeOffset now)
    {
        _waits.Seen(attempt, phase, facts, now);
        if (phase == ObservedPhase.Running && _launched.TryGetValue(attempt, out var launched))
        {
            _launched[attempt] = launched with { Running = launched.Running ?? facts.Seen };
        }
    }

    /// <summary>A round whose decisions stand in the journal.</summary>
    public void Stands(DriverRound round, DriverCore core)
    {
        ArgumentNullException.ThrowIfNull(round);
        var now = _options.Time.GetUtcNow();
        var latencies = _latencies.Of(round, now);
        var outcomes = new Dictionary<AttemptRef, OutcomeDecision>();
        foreach (var decision in round.Decisions)
        {
            if (decision is LaunchDecision launch)
            {
                _launched[launch.Attempt] = new LaunchedAttempt(launch, now, null);
            }

            var outcome = decision as OutcomeDecision;
            if (outcome is not null)
            {
                outcomes[outcome.Attempt] = outcome;
            }

            _failures.Apply(
                decision,
                outcome is { Final: true } final ? round.Ends.FirstOrDefault(end => end.Attempt == final.Attempt)?.Facts : null);
        }

        lock (_observing)
        {
            TellOfRaises(round, core.State);
            TellOfSlices(round);
            foreach (var (launches, sinceEnd) in latencies)
            {
                _observer.Launched(launches, sinceEnd);
            }

            foreach (var end in round.Ends)
            {
                _launched.Remove(end.Attempt, out var launched);
                _observer.AttemptEnded(RowOf(end, launched, outcomes.GetValueOrDefault(end.Attempt)));
            }

            TellOfMemory(round, core.State);
            foreach (var notice in _waits.Take(now))
            {
                _observer.Notice(notice);
            }

            if (now - _lastProgress >= _options.ProgressInterval)
            {
                _lastProgress = now;
                _observer.Progress(ProgressOf(core.State, now, core.CountPending()));
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
    private void TellOfRaises(DriverRound round, RunState state)
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
                $"{_graph.Plan.Tasks[raised.Key.Task].Name}: {raised.Count()} of {state.KnownInstances(raised.Key.Task)} instances begin anew, because {reason}"));
        }
    }

    private void TellOfSlices(DriverRound round)
    {
        foreach (var (task, choice) in round.Decisions.OfType<SliceDecision>())
        {
            if (choice.Split.Count > 0)
            {
                _observer.Notice(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{_graph.Plan.Tasks[task].Name}: {choice.Split.Count} of {choice.Partitions} partitions of {choice.Over} are read in slices, by {choice.Instances} instances in all"));
            }
        }
    }

    private void TellOfMemory(DriverRound round, RunState state)
    {
        var grown = round.Decisions.OfType<LaunchDecision>()
            .Select(launch => (launch.Attempt, launch.MemoryBytes, Before: state.Instance(launch.Attempt.Task, launch.Attempt.Index)))
            .Where(launch => launch.Attempt.Attempt > 1
                && launch.Before.LastCause == AttemptCause.OutOfMemory && launch.MemoryBytes > launch.Before.ExhaustedBytes);
        foreach (var alike in grown.GroupBy(launch => (launch.Attempt.Task, launch.Before.ExhaustedBytes, launch.MemoryBytes)))
        {
            var (task, exhausted, memory) = alike.Key;
            var name = _graph.Plan.Tasks[task].Name;
            var count = alike.Count();
            var who = count == 1 ? $"{name}[{alike.First().Attempt.Index}]" : $"{count} instances of {name}";
            _observer.Notice($"{who}: out of memory at {Quantities.Memory(exhausted)}, tried again with {Quantities.Memory(memory)}");
        }
    }

    private void Tell(string? notice)
    {
        if (notice is not null)
        {
            Notice(notice);
        }
    }

    private AttemptRow RowOf(AttemptEnd end, LaunchedAttempt? launched, OutcomeDecision? decided)
    {
        var planned = _graph.Plan.Tasks[end.Attempt.Task].Resources;
        return new AttemptRow(_graph.Name(_run, end.Attempt), decided?.Outcome ?? end.Outcome, end.Usage)
        {
            Resources = launched?.Decision is { } given ? new ResourceLimits(given.CpuMillicores ?? planned.CpuMillicores, given.MemoryBytes) : planned,
            Launched = launched?.Launched,
            Running = launched?.Running,
            Ended = end.Facts?.Seen,
            Node = end.Facts?.Node,
            Placement = end.Facts?.Placement,
            Final = decided is { Final: true },
            LogTail = end.Facts?.Report?.LogTail,
            Advice = end.Facts?.Advice,
        };
    }

    private sealed record LaunchedAttempt(LaunchDecision Decision, DateTimeOffset Launched, DateTimeOffset? Running);
}
