using Executor.Arrow;
using Executor.Arrow.Compute;

namespace Executor.TaskRunner.Outputs;

/// <summary>Rows that wait to become a block.</summary>
internal sealed class PendingRows
{
    private readonly List<RecordBatch> _pieces = [];

    /// <summary>Bytes of the rows.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds rows.</summary>
    public void Add(RecordBatch rows, long bytes)
    {
        _pieces.Add(rows);
        Bytes += bytes;
    }

    /// <summary>Takes all rows out: one batch, or several where their dictionaries together are too many for the type of the indices.</summary>
    public IReadOnlyList<RecordBatch> Take()
    {
        IReadOnlyList<RecordBatch> taken = [.. _pieces];
        _pieces.Clear();
        Bytes = 0;
        if (taken.Count <= 1)
        {
            return taken;
        }

        try
        {
            return [ArrowArrayConcatenator.Concatenate(taken)];
        }
        catch (OverflowException)
        {
            return taken;
        }
    }
}
