using Executor.Contracts.Identity;
using Executor.Contracts.Integrity;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Launching;
using Executor.Shuffle.Channel;

namespace Executor.Tests.Exploration;

/// <summary>The steps of attempts: producers write one block, consumers read all; both commit by the store's own code.</summary>
internal sealed partial class World
{
    private static readonly AttemptFacts Exit0 = new() { Seen = Settings.Now, ExitCode = 0 };
    private static readonly AttemptFacts Killed = new() { Seen = Settings.Now, ExitCode = null, Signal = 9 };
    private static readonly AttemptFacts Cancelled = new() { Seen = Settings.Now, ExitCode = RunnerExitCodes.Terminated, Cancelled = true };
    private static readonly AttemptFacts InputLost = new() { Seen = Settings.Now, ExitCode = RunnerExitCodes.InputLost };

    private IEnumerable<Step> AttemptSteps()
    {
        foreach (var node in Attempts)
        {
            var name = $"{(node.Attempt.Task == 0 ? "producer" : "consumer")} {node.Row[1..]}";
            switch (node.Stage)
            {
                case AttemptStage.New when node.Attempt.Task == 0:
                    yield return new Step($"{name} sends to pod {node.Pod}", () => Change(next => next.Send(node)));
                    break;
                case AttemptStage.New when HasSeal(node):
                    yield return new Step($"{name} reads seal {node.SealGeneration}", () => Change(next => next.Read(node)));
                    break;
                case AttemptStage.Ready:
                    yield return new Step($"{name} commits", () => Change(next =>
                    {
                        next.Commit(node, cutAfter: -1);
                        next.End(node, Exit0);
                    }));
                    for (var write = 0; Left.LateWrites > 0 && write < CreatesOf(node); write++)
                    {
                        var before = write;
                        yield return GiveUp($"{name} commits, and gives up after {before} writes", next => next.Commit(node, cutAfter: -1, givesUpAfter: before));
                    }

                    for (var cut = 1; Left.LostAnswers > 0 && cut <= 2; cut++)
                    {
                        var writes = cut;
                        yield return LoseAnswer($"{name} commits, cut off after {writes} writes", next => next.Commit(node, writes));
                    }

                    break;
                default:
                    break;
            }

            if (node.CancelAsked)
            {
                yield return new Step($"{name} ends as asked", () => Change(next => next.End(node, Cancelled)));
            }

            if (Left.Crashes > 0)
            {
                yield return Crash($"{name} dies", next => next.End(node, Killed));
            }

            if (Left.SecondIncarnations > 0 && node.Incarnation == "a")
            {
                yield return Fault(
                    $"{name} gets a second incarnation",
                    left => left with { SecondIncarnations = left.SecondIncarnations - 1 },
                    next => next.Attempts = Attempts.Add(new AttemptNode(node.Attempt, "b") { SealGeneration = node.SealGeneration, Slice = node.Slice }));
            }
        }
    }

    /// <summary>How many objects its commit would make.</summary>
    private int CreatesOf(AttemptNode node) =>
        Objects.Contains(CommitKey(node.Attempt.Task, node.Attempt.Index, node.Attempt.Generation)) ? 0
        : node.Attempt.Task == 0 && !Objects.Contains(SchemaKey) ? 2
        : 1;

    private bool HasSeal(AttemptNode node) => Objects.Contains(SealKey(node.SealGeneration));

    private void Commit(AttemptNode node, int cutAfter, int givesUpAfter = -1)
    {
        var name = _settings.Graph.Name(Settings.Run, node.Attempt);
        var outputs = node.Attempt.Task == 1 ? Array.Empty<OutputCommit>() :
        [
            new OutputCommit
            {
                Name = "out",
                Schema = Settings.Schema,
                Segments = [node.Segment!],
                Partitions = [new PartitionStatistics(0, 0, 0, 0, 0).PlusBlock(1, node.Row.Length, BlockDigest.Of(node.Attempt.Index, 0, Crc32C.Of(Bytes(node.Row))))],
            },
        ];

        // A consumer's commit says what it has read, for the check at the end.
        var commit = new CommitRecord
        {
            Writer = new WriterId(name, node.Incarnation),
            Definition = "d" + node.Rows,
            TaskDefinition = Settings.TaskDefinition,
            Outputs = outputs,
        };
        var before = Objects;
        try
        {
            Call(records => records.CommitAsync(commit), cutAfter, givesUpAfter);
        }
        catch (ShuffleException failure) when (failure.Error == ShuffleError.Unavailable)
        {
            // Whatever was done before the cut stands; the attempt will ask again.
        }

        CheckNothingReplaced(before);
    }

    private void Read(AttemptNode node)
    {
        var sources = _settings.Broken == BrokenRule.ReadWholePartitions ? null : node.Slice?.Sources;
        var selection = new ReadSelection(new SealId(Settings.Run, new OutputId("p", "out"), node.SealGeneration), node.Slice?.Partition, Sources: sources);
        try
        {
            var rows = _settings.Broken == BrokenRule.ReadLosers ? ReadEverything(node) : ReadCached(selection);
            CheckRows(node, rows);
            Replace(node, node with { Stage = AttemptStage.Ready, Rows = string.Concat(rows.Order(StringComparer.Ordinal)) });
        }
        catch (ShuffleException failure) when (failure.Error == ShuffleError.DataLoss)
        {
            Promise(LostSegments.Count > 0, $"promise 1: data loss without a lost segment: {failure.Message}");
            End(node, InputLost);
        }
    }

    private void End(AttemptNode node, AttemptFacts facts)
    {
        if (node.Stage == AttemptStage.Sent)
        {
            CloseStream(node);
        }

        Attempts = Attempts.Remove(node);
        if (Attempts.Any(other => other.Attempt == node.Attempt))
        {
            return;
        }

        if (_settings.KeepsEnded)
        {
            Ended = Ended.SetItem(node.Attempt, facts);
        }

        foreach (var driver in Drivers.OfType<DriverNode>().Where(driver => driver.Observes))
        {
            Set(driver, Observe(driver, node.Attempt, facts));
        }
    }

    private static byte[] Bytes(string row) => System.Text.Encoding.ASCII.GetBytes(row);
}
