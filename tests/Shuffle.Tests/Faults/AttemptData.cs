using Executor.Contracts.Identity;
using Executor.Contracts.Integrity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.Faults;

/// <summary>What a writer writes: a function of the round's seed and of the writer, so that no two writers write the same.</summary>
internal sealed class AttemptData
{
    internal AttemptData(RoundPlan plan, WriterId writer)
    {
        Writer = writer;
        var attempt = writer.Attempt;
        var random = new Random(HashCode(plan.Seed, attempt.Index, attempt.Attempt, writer.Incarnation[^1]));
        Blocks = [.. Enumerable.Range(0, random.Next(1, 14)).Select(sequence => SampleData.Block(
            attempt.Index, random.Next(plan.Partitions), sequence, SampleData.Numbers(random, random.Next(60) == 0 ? 100_000 : random.Next(1, 4000))))];
    }

    internal WriterId Writer { get; }

    internal IReadOnlyList<ShuffleBlock> Blocks { get; }

    /// <summary>The commit of it, once all of it is in these segments.</summary>
    internal CommitRecord Commit(IReadOnlyList<string> segments)
    {
        var totals = new SortedDictionary<int, PartitionStatistics>();
        foreach (var block in Blocks)
        {
            var sum = totals.GetValueOrDefault(block.Header.Partition, new PartitionStatistics(block.Header.Partition, 0, 0, 0, 0));
            totals[block.Header.Partition] = sum.PlusBlock(
                block.Header.Rows, block.Header.Length, BlockDigest.Of(block.Header.Index, block.Header.Sequence, block.Header.Crc32C));
        }

        return new CommitRecord
        {
            Writer = Writer,
            Definition = "definition" + Writer.Attempt.Index,
            TaskDefinition = SampleData.TaskDefinition,
            Outputs = [new OutputCommit { Name = SampleData.Output.Output, Schema = SampleData.Schema(), Segments = segments, Partitions = [.. totals.Values] }],
        };
    }

    // Not System.HashCode, which is another function in every process.
    private static int HashCode(params ReadOnlySpan<int> values)
    {
        var hash = 17;
        foreach (var value in values)
        {
            hash = unchecked((hash * 31) + value);
        }

        return hash;
    }
}
