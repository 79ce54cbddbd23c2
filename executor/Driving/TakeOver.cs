using System.Globalization;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Scheduling;
using Executor.Shuffle.Channel;

namespace Executor.Driving;

/// <summary>
/// What a driver looks at when it takes over, once its opening entry stands. The order matters: attempts first, commits after them, so that an
/// attempt that is found gone has either left its commit where it is found, or has none.
/// </summary>
internal sealed class TakeOver(IRunRecords records, string run, RunState state)
{
    private const int ReadsAtATime = 16;

    /// <summary>Divides existing attempts into those of the plan, and those of tasks and instances that the plan no longer has.</summary>
    public (IReadOnlyList<AttemptRef> Known, IReadOnlyList<AttemptId> Unknown) Divide(IEnumerable<AttemptId> existing)
    {
        var known = new List<AttemptRef>();
        var unknown = new List<AttemptId>();
        foreach (var attempt in existing)
        {
            if (state.Graph.TryFind(attempt.Task, attempt.Index, out var task))
            {
                known.Add(new AttemptRef(task, attempt.Index, attempt.Generation, attempt.Attempt));
            }
            else
            {
                unknown.Add(attempt);
            }
        }

        return (known, unknown);
    }

    /// <summary>
    /// The winners of the commits that stand and that the journal does not tell of; and which of them cannot be read, so that their data is lost.
    /// </summary>
    public async Task<(IReadOnlyList<AttemptRef> Winners, IReadOnlyList<AttemptRef> Damaged)> FindCommitsAsync(
        CancellationToken cancellationToken)
    {
        var winners = new List<AttemptRef>();
        var damaged = new List<AttemptRef>();
        var reads = new Queue<(AttemptRef Instance, Task<FoundCommit> Read)>();
        await foreach (var key in records.ListAsync(run, RecordKeys.Commits, cancellationToken))
        {
            if (TryParseCommit(state.Graph, key, out var task, out var index, out var generation)
                && state.Instance(task, index) is { Phase: not InstancePhase.Committed } instance && instance.Generation == generation)
            {
                var name = new InstanceId(state.Graph.Plan.Tasks[task].Name, index);
                reads.Enqueue((
                    new AttemptRef(task, index, generation, Math.Max(1, instance.Attempt)),
                    CommitReader.ReadAsync(records, run, name, generation, cancellationToken)));
            }

            if (reads.Count >= ReadsAtATime)
            {
                await TakeAsync();
            }
        }

        while (reads.Count > 0)
        {
            await TakeAsync();
        }

        return (winners, damaged);

        async Task TakeAsync()
        {
            var (instance, read) = reads.Dequeue();
            var found = await read;
            if (found.Commit is { } commit)
            {
                winners.Add(instance with { Attempt = commit.Writer.Attempt.Attempt });
            }
            else if (found.Damaged)
            {
                winners.Add(instance);
                damaged.Add(instance);
            }
        }
    }

    /// <summary>The seals that stand.</summary>
    public async Task<IReadOnlySet<(int Task, int Output, int Generation)>> FindSealsAsync(CancellationToken cancellationToken)
    {
        var seals = new HashSet<(int, int, int)>();
        await foreach (var key in records.ListAsync(run, RecordKeys.Seals, cancellationToken))
        {
            var name = key.AsSpan(RecordKeys.Seals.Length);
            var slash = name.LastIndexOf('/');
            if (slash > 0 && OutputId.TryParse(name[..slash].ToString(), out var output)
                && int.TryParse(name[(slash + 1)..], CultureInfo.InvariantCulture, out var generation)
                && state.Graph.TryFind(output.Task, out var task))
            {
                var outputs = state.Graph.Plan.Tasks[task].Outputs;
                for (var i = 0; i < outputs.Count; i++)
                {
                    if (outputs[i].Name == output.Output)
                    {
                        seals.Add((task, i, generation));
                    }
                }
            }
        }

        return seals;
    }

    /// <summary>Takes the key of a commit apart; false if it is none of the plan's.</summary>
    public static bool TryParseCommit(TaskGraph graph, string key, out int task, out int index, out int generation)
    {
        var name = key.AsSpan(RecordKeys.Commits.Length);
        var slash = name.LastIndexOf('/');
        var dot = name.LastIndexOf('.');
        task = index = generation = 0;
        return slash > 0 && dot > slash
            && int.TryParse(name[(slash + 1)..dot], CultureInfo.InvariantCulture, out index)
            && int.TryParse(name[(dot + 1)..], CultureInfo.InvariantCulture, out generation)
            && graph.TryFind(name[..slash].ToString(), index, out task);
    }
}
