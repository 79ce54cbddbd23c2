using Executor.Contracts.Identity;
using Executor.Contracts.Integrity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Commits;
using Executor.Shuffle.Engine.Records;
using Executor.Shuffle.Engine.Segments;

namespace Executor.Shuffle.Engine.Serving;

/// <summary>Reads everything that a run's commits name back and compares it with them, segment by segment.</summary>
public sealed class RunVerifier(RecordStore records, CommitStore commits, SealReader reader)
{
    /// <summary>See <see cref="IRunRecords.VerifyAsync"/>.</summary>
    public async Task<VerifyReport> VerifyAsync(string run, CancellationToken cancellationToken)
    {
        var losses = new List<VerifyLoss>();
        var tallies = new Dictionary<BlockSource, Tally>();
        var segments = new SortedSet<string>(StringComparer.Ordinal);
        long count = 0;
        await foreach (var key in records.ListAsync(run, RecordKeys.Commits, cancellationToken))
        {
            if (!CommitStore.TryParseKey(key, out var instance, out var generation))
            {
                continue;
            }

            count++;
            try
            {
                if (await commits.FindAsync(run, instance, generation, cancellationToken) is { } commit)
                {
                    Expect(commit, tallies, segments);
                }
            }
            catch (ShuffleException exception) when (exception.Error == ShuffleError.DataLoss)
            {
                losses.Add(new VerifyLoss(instance, generation, exception.Message));
            }
        }

        var (blocks, bytes) = await ReadAsync(run, tallies, segments, cancellationToken);
        foreach (var (source, tally) in tallies.OrderBy(pair => pair.Key, BlockSource.SegmentOrder))
        {
            if (tally.Complaint() is { } reason)
            {
                losses.Add(new VerifyLoss(new InstanceId(source.Output.Task, source.Index), source.Generation, $"output {source.Output}: {reason}"));
            }
        }

        return new VerifyReport(count, blocks, bytes, losses);
    }

    private async Task<(long Blocks, long Bytes)> ReadAsync(
        string run, Dictionary<BlockSource, Tally> tallies, SortedSet<string> segments, CancellationToken cancellationToken)
    {
        long blocks = 0;
        long bytes = 0;
        foreach (var name in segments)
        {
            if (await reader.FindFooterAsync(run, name, cancellationToken) is not { } footer)
            {
                continue;
            }

            var wanted = footer.Runs.Where(range => tallies.ContainsKey(footer.Writers[range.Writer]))
                .Select(range => new PlannedRun(0, name, footer, range));
            var served = reader.ReadRunsAsync(
                run, wanted, (planned, reason) => tallies[planned.Source].Damage ??= reason, cancellationToken);
            await foreach (var block in served)
            {
                if (tallies[block.Source].Count(block.Block.Header))
                {
                    blocks++;
                    bytes += block.Block.Header.Length;
                }
            }
        }

        return (blocks, bytes);
    }

    private static void Expect(CommitRecord commit, Dictionary<BlockSource, Tally> tallies, SortedSet<string> segments)
    {
        var attempt = commit.Writer.Attempt;
        foreach (var output in commit.Outputs.Where(output => output.Partitions.Count > 0))
        {
            var source = new BlockSource(
                new OutputId(attempt.Task, output.Name), attempt.Index, attempt.Generation, attempt.Attempt, commit.Writer.Incarnation);
            tallies[source] = new Tally(output.Partitions);
            segments.UnionWith(output.Segments);
        }
    }

    private sealed class Tally(IReadOnlyList<PartitionStatistics> expected)
    {
        private readonly HashSet<int> _seen = [];
        private readonly Dictionary<int, PartitionStatistics> _found = [];

        internal string? Damage { get; set; }

        internal bool Count(in BlockHeader header)
        {
            if (!_seen.Add(header.Sequence))
            {
                return false;
            }

            var sum = _found.TryGetValue(header.Partition, out var found) ? found : new PartitionStatistics(header.Partition, 0, 0, 0, 0);
            _found[header.Partition] = sum.PlusBlock(header.Rows, header.Length, BlockDigest.Of(header.Index, header.Sequence, header.Crc32C));
            return true;
        }

        internal string? Complaint()
        {
            foreach (var partition in expected)
            {
                var found = _found.GetValueOrDefault(partition.Partition);
                if (found != partition)
                {
                    return Damage ?? $"partition {partition.Partition} holds {found.Blocks} of {partition.Blocks} blocks, "
                        + $"{found.Rows} of {partition.Rows} rows, {found.Bytes} of {partition.Bytes} bytes"
                        + (found.Blocks == partition.Blocks ? ", and another digest" : "");
                }
            }

            return _found.Count == expected.Count ? null : "there are blocks in partitions that the commit does not name";
        }
    }
}
