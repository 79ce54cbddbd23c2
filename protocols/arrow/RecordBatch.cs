using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>Columns of equal length. Immutable and safe for use by several threads.</summary>
public sealed class RecordBatch
{
    private readonly ArrayData[] _columns;
    private IArrowArray?[]? _arrays;

    /// <summary>A batch of these columns, which match the schema's fields in number, order and type.</summary>
    /// <exception cref="ArgumentException">They do not, or their lengths differ from <paramref name="length"/>.</exception>
    public RecordBatch(Schema schema, IEnumerable<IArrowArray> data, int length)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _arrays = [.. data];
        _columns = [.. _arrays.Select(array => array!.Data)];
        Schema = schema;
        Length = length;
        if (_columns.Length != schema.FieldsList.Count)
        {
            throw new ArgumentException(
                $"the schema has {schema.FieldsList.Count} fields, found {_columns.Length} columns: {schema}", nameof(data));
        }

        for (var i = 0; i < _columns.Length; i++)
        {
            var field = schema.FieldsList[i];
            if (!field.DataType.Equals(_columns[i].DataType))
            {
                throw new ArgumentException($"column {i} is of type {_columns[i].DataType}, the schema says {field}", nameof(data));
            }

            if (_columns[i].Length != length)
            {
                throw new ArgumentException($"column {i} ({field}) has {_columns[i].Length} values, the batch {length} rows", nameof(data));
            }
        }
    }

    private RecordBatch(Schema schema, ArrayData[] columns, int length)
    {
        Schema = schema;
        _columns = columns;
        Length = length;
    }

    /// <summary>What the columns are.</summary>
    public Schema Schema { get; }

    /// <summary>How many rows there are.</summary>
    public int Length { get; }

    /// <summary>How many columns there are.</summary>
    public int ColumnCount => _columns.Length;

    /// <summary>The columns in order.</summary>
    public IEnumerable<IArrowArray> Arrays => Enumerable.Range(0, _columns.Length).Select(Column);

    /// <summary>The column at that position.</summary>
    public IArrowArray Column(int index)
    {
        // Two threads may each build an array over the same data; either serves.
        var arrays = _arrays ??= new IArrowArray?[_columns.Length];
        return arrays[index] ??= ArrowArrayFactory.BuildArray(_columns[index]);
    }

    /// <summary>The first column of that name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public IArrowArray Column(string columnName) => Schema.GetFieldIndex(columnName) is >= 0 and var index
        ? Column(index)
        : throw new ArgumentException($"there is no column '{columnName}' in {Schema}", nameof(columnName));

    /// <summary>The rows from <paramref name="offset"/> on, over the same memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rows reach outside of the batch.</exception>
    public RecordBatch Slice(int offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        return new RecordBatch(Schema, System.Array.ConvertAll(_columns, column => column.Slice(offset, length)), length);
    }

    /// <summary>The batch with another schema over the same columns, as when only metadata differs.</summary>
    /// <exception cref="ArgumentException">The columns do not match it.</exception>
    public RecordBatch WithSchema(Schema schema) => new(schema, Arrays, Length);

    /// <summary>The rows and columns in words, as in <c>3 rows of {id: int64}</c>.</summary>
    public override string ToString() => $"{Length} rows of {Schema}";

    internal ReadOnlySpan<ArrayData> Columns => _columns;

    /// <summary>A batch of columns that are known to match the schema and the length.</summary>
    internal static RecordBatch FromColumns(Schema schema, ArrayData[] columns, int length) => new(schema, columns, length);
}
