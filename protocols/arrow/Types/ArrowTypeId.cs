namespace Executor.Arrow.Types;

/// <summary>Says which class an <see cref="IArrowType"/> is of.</summary>
public enum ArrowTypeId
{
    /// <summary><see cref="NullType"/>.</summary>
    Null,

    /// <summary><see cref="BooleanType"/>.</summary>
    Boolean,

    /// <summary><see cref="UInt8Type"/>.</summary>
    UInt8,

    /// <summary><see cref="Int8Type"/>.</summary>
    Int8,

    /// <summary><see cref="UInt16Type"/>.</summary>
    UInt16,

    /// <summary><see cref="Int16Type"/>.</summary>
    Int16,

    /// <summary><see cref="UInt32Type"/>.</summary>
    UInt32,

    /// <summary><see cref="Int32Type"/>.</summary>
    Int32,

    /// <summary><see cref="UInt64Type"/>.</summary>
    UInt64,

    /// <summary><see cref="Int64Type"/>.</summary>
    Int64,

    /// <summary><see cref="HalfFloatType"/>.</summary>
    HalfFloat,

    /// <summary><see cref="FloatType"/>.</summary>
    Float,

    /// <summary><see cref="DoubleType"/>.</summary>
    Double,

    /// <summary><see cref="StringType"/>.</summary>
    String,

    /// <summary><see cref="BinaryType"/>.</summary>
    Binary,

    /// <summary><see cref="FixedSizeBinaryType"/>.</summary>
    FixedSizedBinary,

    /// <summary><see cref="Date32Type"/>.</summary>
    Date32,

    /// <summary><see cref="Date64Type"/>.</summary>
    Date64,

    /// <summary><see cref="TimestampType"/>.</summary>
    Timestamp,

    /// <summary><see cref="Time32Type"/>.</summary>
    Time32,

    /// <summary><see cref="Time64Type"/>.</summary>
    Time64,

    /// <summary><see cref="IntervalType"/>.</summary>
    Interval,

    /// <summary><see cref="Decimal128Type"/>.</summary>
    Decimal128,

    /// <summary><see cref="Decimal256Type"/>.</summary>
    Decimal256,

    /// <summary><see cref="ListType"/>.</summary>
    List,

    /// <summary><see cref="StructType"/>.</summary>
    Struct,

    /// <summary><see cref="DictionaryType"/>.</summary>
    Dictionary,

    /// <summary><see cref="MapType"/>.</summary>
    Map,

    /// <summary><see cref="FixedSizeListType"/>.</summary>
    FixedSizeList,

    /// <summary><see cref="DurationType"/>.</summary>
    Duration,

    /// <summary><see cref="LargeListType"/>.</summary>
    LargeList,

    /// <summary><see cref="LargeBinaryType"/>.</summary>
    LargeBinary,

    /// <summary><see cref="LargeStringType"/>.</summary>
    LargeString,

    /// <summary><see cref="Decimal32Type"/>.</summary>
    Decimal32,

    /// <summary><see cref="Decimal64Type"/>.</summary>
    Decimal64,
}
