using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>A column of lists with 32-bit offsets.</summary>
public class ListArray : Array
{
    /// <summary>An array over data of type <see cref="ListType"/>.</summary>
    public ListArray(ArrayData data)
        : this(data, ArrowTypeId.List)
    {
    }

    /// <summary>Lists over <paramref name="values"/>: list i goes from offset i up to offset i + 1.</summary>
    public ListArray(
        IArrowType dataType, int length, ArrowBuffer valueOffsets, IArrowArray values, ArrowBuffer nullBitmap, int nullCount = -1)
        : this(new ArrayData(dataType, length, nullCount, 0, [nullBitmap, valueOffsets], [values.Data]))
    {
    }

    private protected ListArray(ArrayData data, ArrowTypeId expected)
        : base(data, expected) => Values = ArrowArrayFactory.BuildArray(data.Children[0]);

    /// <summary>The items that the offsets point into.</summary>
    public IArrowArray Values { get; }

    /// <summary>The offsets of this array's lists: <see cref="Array.Length"/> + 1 of them, or none if there are no lists.</summary>
    public ReadOnlySpan<int> ValueOffsets =>
        Length == 0 ? [] : MemoryMarshal.Cast<byte, int>(Data.BufferSpan(1).Slice(Offset * 4, (Length + 1) * 4));

    /// <summary>Items of the list at that index; 0 if it is null.</summary>
    public int GetValueLength(int index) => IsNull(index) ? 0 : ValueOffsets[index + 1] - ValueOffsets[index];

    /// <summary>The items of the list at that index; null if it is null.</summary>
    public IArrowArray? GetSlicedValues(int index) =>
        IsNull(index) ? null : Values.Slice(ValueOffsets[index], ValueOffsets[index + 1] - ValueOffsets[index]);

    /// <summary>Collects lists.</summary>
    /// <param name="valueField">The items.</param>
    public sealed class Builder(Field valueField)
        : ListArrayBuilder<int, ListArray, Builder>(new ListType(valueField), valueField.DataType, data => new ListArray(data))
    {
        /// <summary>Collects lists of nullable items.</summary>
        public Builder(IArrowType valueDataType)
            : this(new ListType(valueDataType).ValueField)
        {
        }
    }
}

/// <summary>A column of lists with 64-bit offsets.</summary>
public sealed class LargeListArray : Array
{
    /// <summary>An array over data of type <see cref="LargeListType"/>.</summary>
    public LargeListArray(ArrayData data)
        : base(data, ArrowTypeId.LargeList) => Values = ArrowArrayFactory.BuildArray(data.Children[0]);

    /// <summary>The items that the offsets point into.</summary>
    public IArrowArray Values { get; }

    /// <summary>The items of the list at that index; null if it is null.</summary>
    public IArrowArray? GetSlicedValues(int index)
    {
        if (IsNull(index))
        {
            return null;
        }

        var offsets = Data.BufferSpan(1).Slice((Offset + index) * 8, 16);
        var start = (int)BinaryPrimitives.ReadInt64LittleEndian(offsets);
        return Values.Slice(start, (int)BinaryPrimitives.ReadInt64LittleEndian(offsets[8..]) - start);
    }

    /// <summary>Collects lists.</summary>
    /// <param name="valueField">The items.</param>
    public sealed class Builder(Field valueField)
        : ListArrayBuilder<long, LargeListArray, Builder>(
            new LargeListType(valueField), valueField.DataType, data => new LargeListArray(data))
    {
        /// <summary>Collects lists of nullable items.</summary>
        public Builder(IArrowType valueDataType)
            : this(new LargeListType(valueDataType).ValueField)
        {
        }
    }
}

/// <summary>A column of lists of one length.</summary>
public sealed class FixedSizeListArray : Array
{
    private readonly int _size;

    /// <summary>An array over data of type <see cref="FixedSizeListType"/>.</summary>
    public FixedSizeListArray(ArrayData data)
        : base(data, ArrowTypeId.FixedSizeList)
    {
        _size = ((FixedSizeListType)data.DataType).ListSize;
        Values = ArrowArrayFactory.BuildArray(data.Children[0]);
    }

    /// <summary>Lists over <paramref name="values"/>, which has the type's list size of items for each.</summary>
    public FixedSizeListArray(FixedSizeListType dataType, int length, IArrowArray values, ArrowBuffer nullBitmap, int nullCount = -1)
        : this(new ArrayData(dataType, length, nullCount, 0, [nullBitmap], [values.Data]))
    {
    }

    /// <summary>The items; those of the first list begin at <see cref="Array.Offset"/> times the list size.</summary>
    public IArrowArray Values { get; }

    /// <summary>The items of the list at that index; null if it is null.</summary>
    public IArrowArray? GetSlicedValues(int index) => IsNull(index) ? null : Values.Slice((Offset + index) * _size, _size);
}

/// <summary>A column of maps: lists of key-value pairs.</summary>
/// <param name="data">Data of type <see cref="MapType"/>.</param>
public sealed class MapArray(ArrayData data) : ListArray(data, ArrowTypeId.Map)
{
    /// <summary>Maps over <paramref name="entries"/>: map i goes from offset i up to offset i + 1.</summary>
    public MapArray(MapType dataType, int length, ArrowBuffer valueOffsets, StructArray entries, ArrowBuffer nullBitmap, int nullCount = -1)
        : this(new ArrayData(dataType, length, nullCount, 0, [nullBitmap, valueOffsets], [entries.Data]))
    {
    }

    /// <summary>The key-value pairs of all maps.</summary>
    public StructArray KeyValues => (StructArray)base.Values;

    /// <summary>The keys of all maps.</summary>
    public IArrowArray Keys => KeyValues.Fields[0];

    /// <summary>The values of all maps.</summary>
    public new IArrowArray Values => KeyValues.Fields[1];
}
