using Executor.Arrow;
using Executor.Arrow.Types;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Partitioning;

/// <summary>
/// By the key's place among ascending bounds: partition p holds the values from bound p - 1 (included) to bound p (excluded). Text and bytes are
/// compared byte by byte, NaN is greater than every number, nulls go to partition 0.
/// </summary>
internal sealed class RangePartitioner : IRowPartitioner
{
    private readonly int _column;
    private readonly RangeOrder _order;

    /// <param name="column">The key column's position.</param>
    /// <param name="field">The key column.</param>
    /// <param name="bounds">The bounds as text in the column's type.</param>
    /// <exception cref="AttemptFailedException">A bound is not of the column's type, they do not ascend, or the type has no order here.</exception>
    public RangePartitioner(int column, Field field, IReadOnlyList<string> bounds)
    {
        _column = column;
        _order = RangeOrder.Of(field.Name, field.DataType is DictionaryType dictionary ? dictionary.ValueType : field.DataType, bounds);
    }

    /// <inheritdoc/>
    public void Assign(RecordBatch rows, Span<int> partitions)
    {
        var column = rows.Column(_column);
        if (column is not DictionaryArray dictionary)
        {
            _order.Place(column, partitions);
            return;
        }

        var places = new int[dictionary.Dictionary.Length];
        _order.Place(dictionary.Dictionary, places);
        for (var i = 0; i < rows.Length; i++)
        {
            partitions[i] = dictionary.GetDictionaryIndex(i) is { } index ? places[index] : 0;
        }
    }
}
