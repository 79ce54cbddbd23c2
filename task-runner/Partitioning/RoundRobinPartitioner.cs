using Executor.Arrow;

namespace Executor.TaskRunner.Partitioning;

/// <summary>Row i of the output goes to partition (i + index) modulo the count, so that instances with few rows do not all fill the first.</summary>
/// <param name="index">The producing instance's index.</param>
/// <param name="count">How many partitions there are.</param>
internal sealed class RoundRobinPartitioner(int index, int count) : IRowPartitioner
{
    private int _next = index % count;

    /// <inheritdoc/>
    public void Assign(RecordBatch rows, Span<int> partitions)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            partitions[i] = _next;
            _next = _next + 1 == count ? 0 : _next + 1;
        }
    }
}
