using System.Collections.Concurrent;
using System.Diagnostics;
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
/// <param name="store">How to reach the store; asked for each connection.</param>
/// <param name="blocks">What is sent, one block after the other.</param>
/// <param name="run">The run's name.</param>
/// <param name="producers">How many producers.</param>
/// <param name="partitions">How many partitions; each producer goes through them in turn, or evenly over them where it has fewer blocks.</param>
/// <param name="atATime">The most producers, and then readers, at a time; all if null.</param>
/// <param name="task">The producers' task.</param>
/// <param name="share">Which of the producers and partitions are this process's; all if null.</param>
internal sealed class AllToAll(
    Func<FlightChannelOptions> store,
    Blocks blocks,
    string run,
    int producers = AllToAll.Width,
    int partitions = AllToAll.Width,
    int? atATime = null,
    string task = "make",
    Share? share = null)
{
    /// <summary>How many partitions and producers there are unless told otherwise.</summary>
    internal const int Width = 16;

    private readonly ConcurrentBag<double> _closings = [];
    private readonly OutputId _output = new(task, "rows");
    private readonly SealId _seal = new(run, new OutputId(task, "rows"), 0);

    /// <summary>Milliseconds that each producer took from its last block until its commit stood.</summary>
    internal IEnumerable<double> Closings => _closings;

    /// <summary>Writes, commits and seals; returns the seconds until the last commit stands.</summary>
    internal async Task<double> WriteAsync(int blocksPerProducer)
    {
        var seconds = await ProduceAsync(blocksPerProducer);
        await SealAsync();
        return seconds;
    }

    /// <summary>Writes and commits what is this process's to write; returns the seconds until the last commit stands.</summary>
    internal async Task<double> ProduceAsync(int blocksPerProducer)
    {
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Own(producers), AtATime(producers), async (index, _) => await ProduceAsync(index, blocksPerProducer));
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>Seals what all producers have committed.</summary>
    internal async Task SealAsync()
    {
        await using var records = new FlightRunRecords(store());
        await records.SealAsync(new SealRequest(_seal, 0, partitions, new int[producers]), CancellationToken.None);
    }

    /// <summary>Reads everything; returns the seconds until the last reader has verified what it got.</summary>
    internal async Task<double> ReadAsync(long expectedBytes)
    {
        var (seconds, read) = await ConsumeAsync();
        return read == expectedBytes
            ? seconds
            : throw new InvalidOperationException($"{read} bytes came back, expected {expectedBytes}");
    }

    /// <summary>Reads what is this process's to read; returns the seconds until the last reader has verified what it got, and the bytes.</summary>
    internal async Task<(double Seconds, long Bytes)> ConsumeAsync()
    {
        var watch = Stopwatch.StartNew();
        long read = 0;
        await Parallel.ForEachAsync(Own(partitions), AtATime(partitions), async (partition, _) => Interlocked.Add(ref read, await ConsumeAsync(partition)));
        return (watch.Elapsed.TotalSeconds, read);
    }

    private IEnumerable<int> Own(int all) => Enumerable.Range(0, all).Where(number => share is not { } own || number % own.Of == own.Number);

    private ParallelOptions AtATime(int all) => new() { MaxDegreeOfParallelism = atATime ?? all };

    private async Task ProduceAsync(int index, int count)
    {
        await using var channel = new FlightShuffleChannel(store());
        var writer = new WriterId(new AttemptId(run, _output.Task, index, 0, 1), "benchmark");
        var statistics = Enumerable.Range(0, partitions).Select(partition => new PartitionStatistics(partition, 0, 0, 0, 0)).ToArray();
        await using var target = await channel.OpenWriterAsync(
            new WriteTarget(writer, "definition", _output.Output, partitions), blocks.Schema, CancellationToken.None);
        var step = Math.Max(1, partitions / count);
        for (var sequence = 0; sequence < count; sequence++)
        {
            var partition = (int)((((long)sequence * step) + index) % partitions);
            var which = (sequence + index) % blocks.Payloads.Count;
            var header = new BlockHeader(index, partition, sequence, blocks.Rows, blocks.PayloadBytes, blocks.Checksums[which]);
            await target.WriteAsync(new ShuffleBlock(header, blocks.Payloads[which]), CancellationToken.None);
            statistics[partition] = statistics[partition].PlusBlock(
                header.Rows, header.Length, BlockDigest.Of(index, sequence, header.Crc32C));
        }

        var last = Stopwatch.GetTimestamp();
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
                        Name = _output.Output,
                        Schema = blocks.Schema,
                        Segments = segments,
                        Partitions = [.. statistics.Where(partition => partition.Blocks > 0)],
                    },
                ],
            },
            CancellationToken.None);
        _closings.Add(Stopwatch.GetElapsedTime(last).TotalMilliseconds);
        if (!answer.Won)
        {
            throw new InvalidOperationException($"the commit of {writer} lost to {answer.Winner.Writer}");
        }
    }

    private async Task<long> ConsumeAsync(int partition)
    {
        await using var channel = new FlightShuffleChannel(store());
        long bytes = 0;
        await foreach (var block in channel.ReadAsync(new ReadSelection(_seal, partition), CancellationToken.None))
        {
            bytes += block.Header.Length;
        }

        return bytes;
    }
}

/// <summary>Which of the producers and partitions one of several processes has: those whose number divided by that of the processes leaves its own number.</summary>
/// <param name="Number">The process's number, from 0.</param>
/// <param name="Of">How many processes there are.</param>
internal readonly record struct Share(int Number, int Of);
