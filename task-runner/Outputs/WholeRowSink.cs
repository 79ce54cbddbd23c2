using Executor.Arrow;
using Executor.Arrow.Ipc;

namespace Executor.TaskRunner.Outputs;

/// <summary>Puts every row into each of the first so many partitions: one for unpartitioned outputs, all for broadcast ones.</summary>
/// <param name="partitions">How many partitions get each row.</param>
/// <param name="encoder">Makes blocks.</param>
/// <param name="writer">Takes blocks.</param>
internal sealed class WholeRowSink(int partitions, BlockEncoder encoder, BlockWriter writer) : IRowSink
{
    private readonly PendingRows _pending = new();

    /// <inheritdoc/>
    public bool PassesOn => true;

    /// <inheritdoc/>
    public async ValueTask AddAsync(RecordBatch rows, CancellationToken cancellationToken)
    {
        _pending.Add(rows, encoder.SizeOf(rows));
        if (_pending.Bytes >= BlockLimits.TargetBytes)
        {
            await FlushAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask PassOnAsync(EncodedMessage message, int rows, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        await WriteAsync(new EncodedBlock(rows, EncapsulatedMessages.Sequence(message)), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        foreach (var rows in _pending.Take())
        {
            foreach (var block in encoder.Encode(rows))
            {
                await WriteAsync(block, cancellationToken);
            }
        }
    }

    private async ValueTask WriteAsync(EncodedBlock block, CancellationToken cancellationToken)
    {
        for (var partition = 0; partition < partitions; partition++)
        {
            await writer.WriteAsync(partition, block.Rows, block.Payload, cancellationToken);
        }
    }
}
