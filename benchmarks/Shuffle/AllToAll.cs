using System.Diagnostics;
using Executor.Benchmarks.Processes;
using Executor.Contracts.Identity;
using Executor.Contracts.Integrity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;

namespace Executor.Benchmarks.Shuffle;

/// <summary>
/// Every producer writes to every partition, all at a time, each over a connection of its own, as a runner has it; then every partition is read
/// by a reader of its own, which verifies checksums, counts and digests.
/// </summary>
internal sealed class AllToAll(StoreProcess store, Blocks blocks, string run, int producers = AllToAll.Width)
{
    /// <summary>How many partitions there are, and how many producers unless told otherwise.</summary>
    internal const int Width = 16;

    private static readonly OutputId Output = new("make", "rows");
    private readonly SealId _seal = new(run, Output, 0);

    /// <summary>Writes, commits and seals; returns the seconds until the last commit stands.</summary>
    internal async Task<double> WriteAsync(int blocksPerProducer)
    {
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, producers).Select(index => Task.Run(() => ProduceAsync(index, blocksPerProducer))));
        var seconds = watch.Elapsed.TotalSeconds;
        await using var records = new FlightRunRecords(store.Channel());
        await records.SealAsync(new SealRequest(_seal, 0, Width, new int[producers]), CancellationToken.None);
        return seconds;
    }

    /// <summary>Reads everything; returns the seconds until the last reader has verified what it got.</summary>
    internal async Task<double> ReadAsync(long expectedBytes)
    {
        var watch = Stopwatch.StartNew();
        var read = await Task.WhenAll(Enumerable.Range(0, Width).Select(partition => Task.Run(() => ConsumeAsync(partition))));
        return read.Sum() == expectedBytes
            ? watch.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"{read.Sum()} bytes came back, expected {expectedBytes}");
    }

    private async Task ProduceAsync(int index, int count)
    {
        await using var channel = new FlightShuffleChannel(store.Channel());
        var writer = new WriterId(new AttemptId(run, Output.Task, index, 0, 1), "benchmark");
        var statistics = Enumerable.Range(0, Width).Select(partition => new PartitionStatistics(partition, 0, 0, 0, 0)).ToArray();
        await using var target = await channel.OpenWriterAsync(
            new WriteTarget(writer, "definition", Output.Output, Width), blocks.Schema, CancellationToken.None);
        for (var sequence = 0; sequence < count; sequence++)
        {
            var partition = (sequence + index) % Width;
            var which = (sequence + index) % blocks.Payloads.Count;
            var header = new BlockHeader(index, partition, sequence, Blocks.Rows, blocks.PayloadBytes, blocks.Checksums[which]);
            await target.WriteAsync(new ShuffleBlock(header, blocks.Payloads[which]), CancellationToken.None);
            statistics[partition] = statistics[partition].PlusBlock(
                header.Rows, header.Length, BlockDigest.Of(index, sequence, header.Crc32C));
        }

        var segments = await target.CompleteAsync(CancellationToken.None);
        var answer = await channel.CommitAsync(
            new CommitRecord
            {
                Writer = writer,
                Definition = "definition",
                TaskDefinition = "task",
                Outputs =
                [
                    new OutputCommit
                    {
                        Name = Output.Output,
                        Schema = blocks.Schema,
                        Segments = segments,
                        Partitions = [.. statistics.Where(partition => partition.Blocks > 0)],
                    },
                ],
            },
            CancellationToken.None);
        if (!answer.Won)
        {
            throw new InvalidOperationException($"the commit of {writer} lost to {answer.Winner.Writer}");
        }
    }

    private async Task<long> ConsumeAsync(int partition)
    {
        await using var channel = new FlightShuffleChannel(store.Channel());
        long bytes = 0;
        await foreach (var block in channel.ReadAsync(new ReadSelection(_seal, partition), CancellationToken.None))
        {
            bytes += block.Header.Length;
        }

        return bytes;
    }
}
