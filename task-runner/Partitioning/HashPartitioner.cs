using Executor.Arrow;

namespace Executor.TaskRunner.Partitioning;

/// <summary>By <see cref="RowHash"/> of the key columns.</summary>
/// <param name="columns">The key columns' positions in order.</param>
/// <param name="count">How many partitions there are.</param>
internal sealed class HashPartitioner(IReadOnlyList<int> columns, int count) : IRowPartitioner
{
    /// <inheritdoc/>
    public void Assign(RecordBatch rows, Span<int> partitions)
    {
        var hashes = new ulong[rows.Length];
        RowHash.OfColumn(rows.Column(columns[0]), hashes);
        if (columns.Count > 1)
        {
            var next = new ulong[rows.Length];
            for (var column = 1; column < columns.Count; column++)
            {
                RowHash.OfColumn(rows.Column(columns[column]), next);
                for (var i = 0; i < hashes.Length; i++)
                {
                    hashes[i] = RowHash.Combine(hashes[i], next[i]);
                }
            }
        }

        for (var i = 0; i < hashes.Length; i++)
        {
            partitions[i] = RowHash.PartitionOf(hashes[i], count);
        }
    }
}
