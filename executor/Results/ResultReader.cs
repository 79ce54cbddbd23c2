using System.Buffers;
using System.Runtime.CompilerServices;
using Executor.Arrow;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Executor.Results;

/// <summary>Reads a sealed output as record batches.</summary>
internal static class ResultReader
{
    /// <summary>The schema that a seal gives its readers.</summary>
    public static Schema SchemaOf(SealRecord seal)
    {
        using var stream = new MemoryStream(seal.Schema.ToArray());
        using var reader = new ArrowStreamReader(stream);
        return reader.Schema;
    }

    /// <summary>
    /// All rows of the output, partitions in ascending order. Ends normally only after everything was delivered and verified; throws
    /// <see cref="ShuffleException"/> otherwise.
    /// </summary>
    public static async IAsyncEnumerable<RecordBatch> ReadAsync(
        IShuffleChannel channel,
        SealId seal,
        SealRecord record,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var block in channel.ReadAsync(new ReadSelection(seal), cancellationToken))
        {
            // A block is valid until the next one only, and arrays share the memory that they are decoded from.
            var bytes = new byte[record.Schema.Length + block.Payload.Length];
            record.Schema.Span.CopyTo(bytes);
            block.Payload.CopyTo(bytes.AsSpan(record.Schema.Length));
            using var reader = new ArrowStreamReader(new MemoryStream(bytes));
            while (reader.ReadNextRecordBatch() is { } batch)
            {
                yield return batch;
            }
        }
    }
}
