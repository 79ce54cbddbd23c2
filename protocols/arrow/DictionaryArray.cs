using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>A column of indices into values that are stored once.</summary>
public sealed class DictionaryArray : Array
{
    /// <summary>An array over data of type <see cref="DictionaryType"/>.</summary>
    public DictionaryArray(ArrayData data)
        : base(data, ArrowTypeId.Dictionary)
    {
        Dictionary = ArrowArrayFactory.BuildArray(data.Dictionary!);
        Indices = ArrowArrayFactory.BuildArray(new ArrayData(
            ((DictionaryType)data.DataType).IndexType, data.Length, data.NullCount, data.Offset, [.. data.Buffers]));
    }

    /// <summary>Indices, of the type's index type, into the values of <paramref name="dictionary"/>.</summary>
    /// <exception cref="ArgumentException">The arrays' types are not those of <paramref name="dataType"/>.</exception>
    public DictionaryArray(DictionaryType dataType, IArrowArray indicesArray, IArrowArray dictionary)
        : this(Join(dataType, indicesArray, dictionary))
    {
    }

    /// <summary>The values.</summary>
    public IArrowArray Dictionary { get; }

    /// <summary>The indices; null where the value is null.</summary>
    public IArrowArray Indices { get; }

    /// <summary>The position in <see cref="Dictionary"/> of the value at that index; null if the value is null.</summary>
    public int? GetDictionaryIndex(int index) => IsNull(index) ? null : checked((int)ReadIndex(Indices, index));

    private static long ReadIndex(IArrowArray indices, int index) => indices switch
    {
        Int8Array array => array.Values[index],
        Int16Array array => array.Values[index],
        Int32Array array => array.Values[index],
        Int64Array array => array.Values[index],
        UInt8Array array => array.Values[index],
        UInt16Array array => array.Values[index],
        UInt32Array array => array.Values[index],
        _ => checked((long)((UInt64Array)indices).Values[index]),
    };

    private static ArrayData Join(DictionaryType dataType, IArrowArray indices, IArrowArray dictionary)
    {
        ArgumentNullException.ThrowIfNull(dataType);
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(dictionary);
        if (!dataType.IndexType.Equals(indices.Data.DataType) || !dataType.ValueType.Equals(dictionary.Data.DataType))
        {
            throw new ArgumentException(
                $"{dataType} cannot be made of indices of {indices.Data.DataType} and values of {dictionary.Data.DataType}",
                nameof(dataType));
        }

        return new ArrayData(
            dataType, indices.Length, indices.NullCount, indices.Offset, [.. indices.Data.Buffers], dictionary: dictionary.Data);
    }
}
