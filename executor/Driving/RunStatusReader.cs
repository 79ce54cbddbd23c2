using System.Runtime.CompilerServices;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Journaling;
using Executor.Launching;
using Executor.Planning;
using Executor.Scheduling;
using Executor.Shuffle.Channel;

namespace Executor.Driving;

/// <summary>
/// Reads what a run's records say of it, beside whatever driver it has: opens no epoch and writes nothing.
/// Fails with <see cref="JournalException"/> and <see cref="ShuffleException"/>.
/// </summary>
internal static class RunStatusReader
{
    /// <summary>Where a run stands; null if there is no journal of it.</summary>
    /// <param name="records">Where the run's records are.</param>
    /// <param name="run">The run's id.</param>
    /// <param name="plan">The plan of the run's latest revision.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<RunStatus?> ReadAsync(IRunRecords records, string run, RunPlan plan, CancellationToken cancellationToken)
    {
        var graph = new TaskGraph(plan);
        var state = new RunState(graph);
        var failures = new FailureLog(run, graph);
        JournalEntry? first = null;
        JournalEntry? last = null;
        long? finishedBy = null;
        await foreach (var entry in Journal.ReadAsync(records, run, graph, 0, cancellationToken))
        {
            first ??= entry;
            last = entry with { Decisions = [] };
            foreach (var decision in entry.Decisions)
            {
                state.Apply(decision, entry.Epoch);
                failures.Apply(decision);
                finishedBy = decision is FinishDecision ? entry.Sequence : finishedBy;
            }
        }

        if (first is null || last is null)
        {
            return null;
        }

        // Commits that no driver has seen yet are success all the same.
        var (winners, _) = await new TakeOver(records, run, state).FindCommitsAsync(cancellationToken);
        foreach (var winner in winners)
        {
            state.Apply(new CommittedDecision(winner), last.Epoch);
        }

        return new RunStatus(
            first.At, last.At, last.Epoch, state.Revision, state.Finished, state.Cancelled,
            failures.Failures, failures.Count, RunReport.ProgressOf(state, last.At))
        {
            FinishedBy = state.Finished is null ? null : finishedBy,
            SealGenerations = [.. Enumerable.Range(0, graph.TaskCount).Select(task => state.Task(task).SealGeneration)],
        };
    }

    /// <summary>The revision that a run goes by, which tells which workflow record to plan from; -1 if no decision names one.</summary>
    public static async Task<int> RevisionAsync(IRunRecords records, string run, CancellationToken cancellationToken)
    {
        var revision = -1;
        var nothing = new TaskGraph(new RunPlan
        {
            Workflow = string.Empty,
            Parameters = new Dictionary<string, string>(),
            Tasks = [],
            Results = [],
        });
        await foreach (var entry in Journal.ReadAsync(records, run, nothing, 0, cancellationToken))
        {
            revision = entry.Decisions.OfType<RevisionDecision>().LastOrDefault()?.Revision ?? revision;
        }

        return revision;
    }

    /// <summary>
    /// The accounting rows of all attempts that have ended: those that did not commit from the journal, in its order, then the winners of every
    /// generation from their commits, in order of their keys. Rows of tasks that the plan no longer has are left out.
    /// </summary>
    /// <param name="records">Where the run's records are.</param>
    /// <param name="run">The run's id.</param>
    /// <param name="plan">The plan of the run's latest revision.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<AttemptRow> ReadAttemptsAsync(
        IRunRecords records, string run, RunPlan plan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        var graph = new TaskGraph(plan);
        var launched = new Dictionary<AttemptRef, (DateTimeOffset At, LaunchDecision Decision)>();
        var placements = new Dictionary<AttemptRef, AttemptPlacement>();
        await foreach (var entry in Journal.ReadAsync(records, run, graph, 0, cancellationToken))
        {
            foreach (var decision in entry.Decisions)
            {
                switch (decision)
                {
                    case LaunchDecision launch:
                        launched[launch.Attempt] = (entry.At, launch);
                        break;
                    case OutcomeDecision outcome:
                        var known = launched.Remove(outcome.Attempt, out var launching);
                        yield return new AttemptRow(graph.Name(run, outcome.Attempt), outcome.Outcome, outcome.Usage)
                        {
                            Resources = ResourcesOf(outcome.Attempt, known ? launching.Decision : null),
                            Launched = known ? launching.At : null,
                            Final = outcome.Final,
                            Ended = outcome.Usage?.Ended ?? entry.At,
                            Node = outcome.Placement?.Node,
                            Placement = outcome.Placement,
                        };
                        break;
                    case CommittedDecision { Placement: { } placement } committed:
                        placements[committed.Winner] = placement;
                        break;
                    default:
                        break;
                }
            }
        }

        await foreach (var key in records.ListAsync(run, RecordKeys.Commits, cancellationToken))
        {
            if (!TakeOver.TryParseCommit(graph, key, out var task, out var index, out var generation))
            {
                continue;
            }

            var name = new InstanceId(graph.Plan.Tasks[task].Name, index);
            var found = await CommitReader.ReadAsync(records, run, name, generation, cancellationToken);
            if (found.Commit is { } commit)
            {
                var winner = new AttemptRef(task, index, generation, commit.Writer.Attempt.Attempt);
                var known = launched.TryGetValue(winner, out var launching);
                var placement = placements.GetValueOrDefault(winner);
                yield return new AttemptRow(commit.Writer.Attempt, Outcomes.OutcomeClassifier.Committed, commit.Usage)
                {
                    Resources = ResourcesOf(winner, known ? launching.Decision : null),
                    Launched = known ? launching.At : null,
                    Ended = commit.Usage?.Ended,
                    Node = placement?.Node,
                    Placement = placement,
                };
            }
        }

        // What an attempt got is on record where it is not what its task asks for.
        ResourceLimits ResourcesOf(AttemptRef attempt, LaunchDecision? given)
        {
            var planned = graph.Plan.Tasks[attempt.Task].Resources;
            return given is null ? planned : new ResourceLimits(given.CpuMillicores ?? planned.CpuMillicores, given.MemoryBytes);
        }
    }
}

/// <summary>Where a run stands by its records.</summary>
/// <param name="Begun">When its first journal entry was made, by that driver's clock.</param>
/// <param name="LastEntry">When its latest entry was made, by that driver's clock.</param>
/// <param name="Epoch">The epoch of the latest driver.</param>
/// <param name="Revision">The workflow's revision; -1 if no driver has come as far.</param>
/// <param name="Finished">How it ended; null while it has not.</param>
/// <param name="Cancelled">True while it is being cancelled, or was.</param>
/// <param name="Failures">What failed for good, in order, at most 100.</param>
/// <param name="FailureCount">How much failed for good.</param>
/// <param name="Progress">Where the tasks stand.</param>
internal sealed record RunStatus(
    DateTimeOffset Begun,
    DateTimeOffset LastEntry,
    long Epoch,
    int Revision,
    RunOutcome? Finished,
    bool Cancelled,
    IReadOnlyList<RunFailure> Failures,
    int FailureCount,
    RunProgress Progress)
{
    /// <summary>The journal's entry by which it ended; null while it has not.</summary>
    public long? FinishedBy { get; init; }

    /// <summary>The generation of each task's seals that counts, in the plan's order.</summary>
    public IReadOnlyList<int> SealGenerations { get; init; } = [];

    /// <summary>The same as the result of a driver that is done; null while the run has not ended.</summary>
    public RunResult? Result => Finished is { } outcome
        ? new RunResult(
            outcome switch
            {
                RunOutcome.Succeeded => RunEnd.Succeeded,
                RunOutcome.Cancelled => RunEnd.Cancelled,
                _ => RunEnd.Failed,
            },
            outcome == RunOutcome.Cancelled ? "the run was cancelled" : null,
            Failures,
            FailureCount,
            Progress,
            SealGenerations)
        : null;
}
