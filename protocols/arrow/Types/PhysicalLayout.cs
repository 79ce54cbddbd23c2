namespace Executor.Arrow.Types;

/// <summary>How the buffers of an array are laid out (Arrow columnar format, "Physical Memory Layout").</summary>
internal enum ArrayLayout
{
    Null,
    Bits,
    FixedWidth,
    VariableWidth,
    LargeVariableWidth,
    List,
    LargeList,
    FixedSizeList,
    Struct,
}

/// <summary>A type's layout, which is all that reading, writing and copying need to know of it.</summary>
/// <param name="Kind">The layout.</param>
/// <param name="Width">
/// Bytes a value of <see cref="ArrayLayout.FixedWidth"/>, items a list of <see cref="ArrayLayout.FixedSizeList"/>.
/// </param>
internal readonly record struct PhysicalLayout(ArrayLayout Kind, int Width = 0)
{
    /// <summary>Buffers of the array itself, the validity bitmap included.</summary>
    public int BufferCount => Kind switch
    {
        ArrayLayout.Null => 0,
        ArrayLayout.Struct or ArrayLayout.FixedSizeList => 1,
        ArrayLayout.VariableWidth or ArrayLayout.LargeVariableWidth => 3,
        _ => 2,
    };

    public static PhysicalLayout Of(IArrowType type) => type switch
    {
        NullType => new(ArrayLayout.Null),
        BooleanType => new(ArrayLayout.Bits),
        FixedWidthType fixedWidth => new(ArrayLayout.FixedWidth, fixedWidth.BitWidth / 8),
        StringType or BinaryType => new(ArrayLayout.VariableWidth),
        LargeStringType or LargeBinaryType => new(ArrayLayout.LargeVariableWidth),
        ListType or MapType => new(ArrayLayout.List),
        LargeListType => new(ArrayLayout.LargeList),
        FixedSizeListType fixedSizeList => new(ArrayLayout.FixedSizeList, fixedSizeList.ListSize),
        StructType => new(ArrayLayout.Struct),
        _ => throw new NotSupportedException($"the type {type} is not one of this library's"),
    };

    /// <summary>The child fields of a nested type; none for others. The values of a dictionary are not children.</summary>
    public static IReadOnlyList<Field> ChildrenOf(IArrowType type) => type is NestedType nested ? nested.Fields : [];
}
