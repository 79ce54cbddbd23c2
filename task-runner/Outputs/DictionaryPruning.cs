using Executor.Arrow;
using Executor.Arrow.Compute;
using Executor.Arrow.Types;

namespace Executor.TaskRunner.Outputs;

/// <summary>
/// Leaves only those values in the dictionaries of top-level columns that rows use: a block with few rows of a large dictionary need not carry all
/// of it. Dictionaries within nested columns stay.
/// </summary>
internal static class DictionaryPruning
{
    /// <summary>The same rows over smaller dictionaries.</summary>
    public static RecordBatch Prune(RecordBatch rows)
    {
        var columns = new IArrowArray[rows.ColumnCount];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = rows.Column(i) is DictionaryArray array && array.Dictionary.Length > array.Length ? Prune(array) : rows.Column(i);
        }

        return new RecordBatch(rows.Schema, columns, rows.Length);
    }

    private static DictionaryArray Prune(DictionaryArray array)
    {
        var kept = new List<int>();
        var moved = new Dictionary<int, int>();
        var indices = new int[array.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            if (array.GetDictionaryIndex(i) is { } old)
            {
                if (!moved.TryGetValue(old, out indices[i]))
                {
                    indices[i] = kept.Count;
                    moved.Add(old, kept.Count);
                    kept.Add(old);
                }
            }
        }

        var type = (DictionaryType)array.Data.DataType;
        var dictionary = ArrowArrayTake.Take(array.Dictionary, kept.ToArray());
        return new DictionaryArray(type, ToIndices((IntegralType)type.IndexType, array, indices), dictionary);
    }

    private static IArrowArray ToIndices(IntegralType type, DictionaryArray array, int[] indices)
    {
        var width = type.BitWidth / 8;
        var bytes = new byte[indices.Length * width];
        var validity = new ArrowBuffer.BitmapBuilder();
        for (var i = 0; i < indices.Length; i++)
        {
            // Positions only become smaller, so they fit the index type as before.
            for (var part = 0; part < width && part < sizeof(int); part++)
            {
                bytes[(i * width) + part] = (byte)(indices[i] >> (8 * part));
            }

            validity.Append(array.IsValid(i));
        }

        return ArrowArrayFactory.BuildArray(new ArrayData(
            type,
            indices.Length,
            array.NullCount,
            0,
            [array.NullCount == 0 ? ArrowBuffer.Empty : validity.Build(), new ArrowBuffer(bytes)]));
    }
}
