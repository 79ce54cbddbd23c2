using System.Buffers;
using Executor.Contracts.Identity;
using Executor.Contracts.Integrity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Shuffle.Tests.Channels;

/// <summary>Writers, blocks and commits of a made-up task <c>extract</c> with an output <c>sales</c>.</summary>
internal static class SampleData
{
    internal const string TaskDefinition = "taskdefinition1";

    internal static readonly OutputId Output = new("extract", "sales");

    /// <summary>An encapsulated message as far as the store looks at it; the fields are those of the given name.</summary>
    internal static byte[] Schema(string column = "amount") => ArrowSamples.Schema(column);

    internal static WriterId Writer(string run, int index, int attempt = 1, int generation = 0, string incarnation = "pod-a") =>
        new(new AttemptId(run, Output.Task, index, generation, attempt), incarnation);

    internal static WriteTarget Target(WriterId writer, int partitions) => new(writer, TaskDefinition, Output.Output, partitions);

    internal static ShuffleBlock Block(int index, int partition, int sequence, byte[] payload, int rows = 1) =>
        new(new BlockHeader(index, partition, sequence, rows, payload.Length, Crc32C.Of(payload)), new ReadOnlySequence<byte>(payload));

    internal static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>A payload: the encapsulated record batch of these numbers.</summary>
    internal static byte[] Numbers(params long[] values) => ArrowSamples.Numbers("amount", values);

    /// <summary>A payload of random numbers.</summary>
    internal static byte[] Numbers(Random random, int count) => Numbers([.. Enumerable.Range(0, count).Select(_ => random.NextInt64())]);

    /// <summary>Writes blocks of the given partitions and sizes; returns what to commit.</summary>
    internal static Task<CommitRecord> WriteAsync(
        IShuffleChannel channel, WriterId writer, int partitions, IEnumerable<(int Partition, byte[] Payload)> blocks, CancellationToken cancellationToken) =>
        WriteAsync(channel, writer, partitions, blocks.ToAsyncEnumerable(), cancellationToken);

    /// <summary>Writes blocks of the given partitions and sizes as they come; returns what to commit.</summary>
    internal static async Task<CommitRecord> WriteAsync(
        IShuffleChannel channel, WriterId writer, int partitions, IAsyncEnumerable<(int Partition, byte[] Payload)> blocks, CancellationToken cancellationToken)
    {
        var totals = new SortedDictionary<int, PartitionStatistics>();
        await using var output = await channel.OpenWriterAsync(Target(writer, partitions), Schema(), cancellationToken);
        var sequence = 0;
        await foreach (var (partition, payload) in blocks.WithCancellation(cancellationToken))
        {
            var block = Block(writer.Attempt.Index, partition, sequence++, payload);
            await output.WriteAsync(block, cancellationToken);
            totals.TryAdd(partition, new PartitionStatistics(partition, 0, 0, 0, 0));
            totals[partition] = totals[partition].PlusBlock(
                1, payload.Length, BlockDigest.Of(block.Header.Index, block.Header.Sequence, block.Header.Crc32C));
        }

        var segments = await output.CompleteAsync(cancellationToken);
        return new CommitRecord
        {
            Writer = writer,
            Definition = "definition" + writer.Attempt.Index,
            TaskDefinition = TaskDefinition,
            Outputs = [new OutputCommit { Name = Output.Output, Schema = Schema(), Segments = segments, Partitions = [.. totals.Values] }],
        };
    }

    internal static SealRequest SealOf(string run, int partitions, params int[] generations) =>
        new(new SealId(run, Output, 0), 1, partitions, generations);
}
