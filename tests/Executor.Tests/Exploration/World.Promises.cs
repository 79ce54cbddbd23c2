using System.Collections.Concurrent;
using System.Text.Json;
using Executor.Contracts;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Driving;
using Executor.Scheduling;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Records;

namespace Executor.Tests.Exploration;

/// <summary>What must hold in every state.</summary>
internal sealed partial class World
{
    // What starts threads in the product is done once for the same objects.
    private static readonly ConcurrentDictionary<(UInt128, ReadSelection), object> Reads = new();
    private static readonly ConcurrentDictionary<(UInt128, SealEffect, string), byte[]?> Seals = new();
    private static readonly ConcurrentDictionary<UInt128, VerifyReport> Reports = new();

    /// <summary>Nothing can happen any more, or nothing but faults: the run must have ended.</summary>
    public void CheckDeadEnd()
    {
        Promise(Outcome is not null, "promise 5: nothing can happen any more, and the run has not ended");
        var undisturbed = DriversStarted == 1 && Left.Crashes == _settings.Faults.Crashes;
        Promise(!undisturbed || Ended.IsEmpty, $"promise 6: the run has ended, and nobody releases {string.Join(", ", Ended.Keys.Select(Text))}");
    }

    private void CheckReleased(AttemptRef attempt)
    {
        Promise(
            Outcomes.Contains(attempt)
                || Objects.Contains(CommitKey(attempt.Task, attempt.Index, attempt.Generation))
                || Fold.Instance(attempt.Task, attempt.Index).Generation > attempt.Generation,
            $"promise 6: {Text(attempt)} is released before it is on record what became of it");
        Promise(Attempts.All(node => node.Attempt != attempt), $"promise 6: {Text(attempt)} is released while it runs");
    }

    // Whatever this driver has learned of to the end must be released by then; what it has not is in its inbox.
    private void CheckNothingLeft(DriverNode driver)
    {
        foreach (var attempt in Ended.Keys)
        {
            Promise(
                driver.Inbox.Any(news => news.About == attempt)
                    || driver.Acts.Any(act => act.Effect is ReadCommitEffect read && read.Attempt == attempt),
                $"promise 6: the run has ended, and its driver has not released {Text(attempt)}");
        }
    }

    private static string SealKey(int generation) => ObjectKeys.Record(Settings.Run, RecordKeys.Seal(new OutputId("p", "out"), generation));

    private List<string> ReadCached(ReadSelection selection)
    {
        var result = Reads.GetOrAdd((Objects.DataHash, selection), _ =>
        {
            try
            {
                return Call(records => records.ReadAsync(selection));
            }
            catch (ShuffleException failure)
            {
                return failure;
            }
        });
        return result as List<string> ?? throw (ShuffleException)result;
    }

    private List<string> ReadEverything(AttemptNode node)
    {
        var seal = SealAt(node.SealGeneration);
        var rows = new List<string>();
        foreach (var segment in seal.Segments)
        {
            if (!Objects.Objects.TryGetValue(ObjectKeys.Segment(Settings.Run, segment), out var content))
            {
                throw new ShuffleException(ShuffleError.DataLoss, $"segment {segment} is missing");
            }

            var text = System.Text.Encoding.ASCII.GetString(content);
            rows.AddRange(System.Text.RegularExpressions.Regex.Matches(text, "p[0-9]g[0-9]a[0-9][ab]").Select(match => match.Value));
        }

        return [.. rows.Distinct()];
    }

    private SealRecord SealAt(int generation) => JsonSerializer.Deserialize(Value(SealKey(generation)), ContractsJson.Default.SealRecord)!;

    private CommitRecord CommitAt(int task, int index, int generation) =>
        JsonSerializer.Deserialize(Value(CommitKey(task, index, generation)), ContractsJson.Default.CommitRecord)!;

    private ReadOnlySpan<byte> Value(string key) =>
        RecordEnvelope.TryUnwrap(Objects.Objects[key], out var value) ? value.Span : throw new InvalidOperationException($"{key} is damaged");

    private void CheckAcknowledged()
    {
        foreach (var node in Attempts.Where(node => node.Segment is not null))
        {
            Promise(
                Objects.Contains(ObjectKeys.Segment(Settings.Run, node.Segment!)) || LostSegments.Contains(node.Segment!),
                $"promise 1: {node.Row} was acknowledged as being in segment {node.Segment}, which is not there");
        }
    }

    private void CheckNothingReplaced(ObjectMap before)
    {
        foreach (var (key, content) in before.Objects)
        {
            Promise(
                Objects.Objects.TryGetValue(key, out var now) && now.AsSpan().SequenceEqual(content),
                $"promise 2: what stood under {key} was replaced");
        }
    }

    private void CheckSeal(SealRecord seal)
    {
        foreach (var instance in seal.Instances)
        {
            var writer = CommitAt(0, instance.Index, instance.Generation).Writer;
            Promise(
                (writer.Attempt.Attempt, writer.Incarnation) == (instance.Attempt, instance.Incarnation),
                $"promise 2: seal {seal.Generation} names another winner of p[{instance.Index}] than its commit");
        }
    }

    private void CheckRows(AttemptNode node, List<string> rows)
    {
        var winners = SealAt(node.SealGeneration).Instances.Where(i => node.Slice?.Sources is not { } range || range.Contains(i.Index))
            .Select(i => $"p{i.Index}g{i.Generation}a{i.Attempt}{i.Incarnation}");
        Promise(
            rows.Order(StringComparer.Ordinal).SequenceEqual(winners.Order(StringComparer.Ordinal)),
            $"promise 3: seal {node.SealGeneration} holds {string.Join(' ', winners)}, a reader got {string.Join(' ', rows)}");
    }

    private void CheckEnd(RunOutcome outcome, RunState state)
    {
        Promise(outcome == RunOutcome.Succeeded, $"the run {outcome} though nothing happened that retries do not mend: {state.Failure}");
        var winners = Enumerable.Range(0, _settings.Graph.PlannedInstances(0)).Select(index =>
        {
            var writer = CommitAt(0, index, state.Instance(0, index).Generation).Writer;
            return $"p{index}g{writer.Attempt.Generation}a{writer.Attempt.Attempt}{writer.Incarnation}";
        });

        // Slices ascend by producing instance, as the names of rows do.
        var read = string.Concat(Enumerable.Range(0, state.Instances(1)).Select(index => CommitAt(1, index, state.Instance(1, index).Generation).Definition[1..]));
        Promise(
            read == string.Concat(winners.Order(StringComparer.Ordinal)),
            $"promise 3: the run succeeded with a consumer that has read {read}, while {string.Concat(winners)} won");
    }
}
