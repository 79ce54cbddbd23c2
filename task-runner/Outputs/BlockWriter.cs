using System.Buffers;
using Executor.Contracts.Integrity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.TaskRunner.Measuring;

namespace Executor.TaskRunner.Outputs;

/// <summary>Numbers the blocks of one output, sums them up per partition and hands them to the shuffle. For one caller at a time.</summary>
/// <param name="writer">The shuffle's writer of the output.</param>
/// <param name="index">The producing instance.</param>
/// <param name="meter">Counts what is written.</param>
internal sealed class BlockWriter(IShuffleWriter writer, int index, AttemptMeter meter)
{
    private readonly SortedDictionary<int, PartitionStatistics> _statistics = [];
    private int _sequence;

    /// <summary>What was written so far, per non-empty partition, ascending.</summary>
    public IReadOnlyList<PartitionStatistics> Statistics => [.. _statistics.Values];

    /// <summary>Writes one block.</summary>
    /// <param name="partition">Its partition.</param>
    /// <param name="rows">Rows in its record batch.</param>
    /// <param name="payload">Its messages.</param>
    /// <param name="cancellationToken">Ends the wait for credit.</param>
    public async ValueTask WriteAsync(int partition, int rows, ReadOnlySequence<byte> payload, CancellationToken cancellationToken)
    {
        var header = new BlockHeader(index, partition, _sequence, rows, (int)payload.Length, Crc32C.Of(payload));
        await writer.WriteAsync(new ShuffleBlock(header, payload), cancellationToken);
        _sequence++;
        var digest = BlockDigest.Of(index, header.Sequence, header.Crc32C);
        _statistics[partition] =
            (_statistics.TryGetValue(partition, out var sum) ? sum : new PartitionStatistics(partition, 0, 0, 0, 0))
            .PlusBlock(rows, header.Length, digest);
        meter.CountOutput(header.Length, rows);
    }
}
