using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>A column of values made of named fields.</summary>
public sealed class StructArray : Array
{
    /// <summary>An array over data of type <see cref="StructType"/>.</summary>
    public StructArray(ArrayData data)
        : base(data, ArrowTypeId.Struct)
    {
        var fields = new IArrowArray[data.Children.Count];
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = ArrowArrayFactory.BuildArray(data.Children[i].Slice(data.Offset, data.Length));
        }

        Fields = fields;
    }

    /// <summary>Structs of these children; each has at least <paramref name="offset"/> + <paramref name="length"/> values.</summary>
    public StructArray(
        IArrowType dataType,
        int length,
        IEnumerable<IArrowArray> children,
        ArrowBuffer nullBitmapBuffer,
        int nullCount = -1,
        int offset = 0)
        : this(new ArrayData(dataType, length, nullCount, offset, [nullBitmapBuffer], [.. children.Select(child => child.Data)]))
    {
    }

    /// <summary>The fields' values, as long as this array. Where a struct is null, its fields' values mean nothing.</summary>
    public IReadOnlyList<IArrowArray> Fields { get; }
}
