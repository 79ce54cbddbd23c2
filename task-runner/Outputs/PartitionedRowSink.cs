using Executor.Arrow;
using Executor.Arrow.Compute;
using Executor.Arrow.Ipc;
using Executor.TaskRunner.Partitioning;

namespace Executor.TaskRunner.Outputs;

/// <summary>
/// Spreads rows over partitions. Each partition collects its rows until they make a block; where all of them together exceed the memory budget the
/// fullest one is written early.
/// </summary>
internal sealed class PartitionedRowSink : IRowSink
{
    // Small batches are put together first: every batch is taken apart into as many pieces as there are partitions.
    private const int StagedBytes = 512 << 10;

    // What a piece takes beside its values, per column.
    private const int PieceOverheadBytes = 256;

    private const int RowsAtATime = 64 << 10;

    private readonly IRowPartitioner _partitioner;
    private readonly BlockEncoder _encoder;
    private readonly BlockWriter _writer;
    private readonly long _budgetBytes;
    private readonly PendingRows _staged = new();
    private readonly PendingRows?[] _pending;
    private long _pendingBytes;

    /// <param name="partitioner">Says where rows go.</param>
    /// <param name="partitions">How many partitions there are.</param>
    /// <param name="budgetBytes">The most memory that waiting rows take.</param>
    /// <param name="encoder">Makes blocks.</param>
    /// <param name="writer">Takes blocks.</param>
    public PartitionedRowSink(IRowPartitioner partitioner, int partitions, long budgetBytes, BlockEncoder encoder, BlockWriter writer)
    {
        _partitioner = partitioner;
        _encoder = encoder;
        _writer = writer;
        _budgetBytes = budgetBytes;
        _pending = new PendingRows?[partitions];
    }

    /// <inheritdoc/>
    public bool PassesOn => false;

    /// <inheritdoc/>
    public async ValueTask AddAsync(RecordBatch rows, CancellationToken cancellationToken)
    {
        _staged.Add(rows, _encoder.SizeOf(rows));
        if (_staged.Bytes >= StagedBytes)
        {
            await SpreadStagedAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask PassOnAsync(EncodedMessage message, int rows, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("rows of a partitioned output have to be looked at");

    /// <inheritdoc/>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await SpreadStagedAsync(cancellationToken);
        for (var partition = 0; partition < _pending.Length; partition++)
        {
            await WriteAsync(partition, cancellationToken);
        }
    }

    private async ValueTask SpreadStagedAsync(CancellationToken cancellationToken)
    {
        foreach (var rows in _staged.Take())
        {
            for (var from = 0; from < rows.Length; from += RowsAtATime)
            {
                await SpreadAsync(rows.Slice(from, Math.Min(RowsAtATime, rows.Length - from)), cancellationToken);
            }
        }
    }

    private async ValueTask SpreadAsync(RecordBatch rows, CancellationToken cancellationToken)
    {
        var (order, starts) = Order(rows);
        for (var partition = 0; partition < _pending.Length; partition++)
        {
            var count = starts[partition + 1] - starts[partition];
            if (count == 0)
            {
                continue;
            }

            var piece = ArrowArrayTake.Take(rows, order.AsSpan(starts[partition], count));
            var bytes = _encoder.SizeOf(piece) + (PieceOverheadBytes * piece.ColumnCount);
            var pending = _pending[partition] ??= new PendingRows();
            pending.Add(piece, bytes);
            _pendingBytes += bytes;
            if (pending.Bytes >= BlockLimits.TargetBytes)
            {
                await WriteAsync(partition, cancellationToken);
            }
        }

        while (_pendingBytes > _budgetBytes)
        {
            await WriteAsync(Fullest(), cancellationToken);
        }
    }

    // A counting sort: the rows' positions grouped by partition, each group in the rows' order.
    private (int[] Order, int[] Starts) Order(RecordBatch rows)
    {
        var partitions = new int[rows.Length];
        _partitioner.Assign(rows, partitions);
        var starts = new int[_pending.Length + 1];
        foreach (var partition in partitions)
        {
            starts[partition + 1]++;
        }

        for (var partition = 0; partition < _pending.Length; partition++)
        {
            starts[partition + 1] += starts[partition];
        }

        var next = starts.AsSpan(0, _pending.Length).ToArray();
        var order = new int[rows.Length];
        for (var row = 0; row < partitions.Length; row++)
        {
            order[next[partitions[row]]++] = row;
        }

        return (order, starts);
    }

    private async ValueTask WriteAsync(int partition, CancellationToken cancellationToken)
    {
        if (_pending[partition] is not { Bytes: > 0 } pending)
        {
            return;
        }

        _pendingBytes -= pending.Bytes;
        foreach (var rows in pending.Take())
        {
            foreach (var block in _encoder.Encode(rows))
            {
                await _writer.WriteAsync(partition, block.Rows, block.Payload, cancellationToken);
            }
        }
    }

    private int Fullest()
    {
        var fullest = 0;
        long most = -1;
        for (var partition = 0; partition < _pending.Length; partition++)
        {
            if (_pending[partition] is { } pending && pending.Bytes > most)
            {
                (fullest, most) = (partition, pending.Bytes);
            }
        }

        return fullest;
    }
}
