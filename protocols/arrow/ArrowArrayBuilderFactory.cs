using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>Makes the builder for a type that is known at run time only.</summary>
public static class ArrowArrayBuilderFactory
{
    /// <summary>The builder of a flat type or of a list.</summary>
    /// <exception cref="NotSupportedException">Arrays of that type are put together from their parts by their constructor.</exception>
    public static IArrowArrayBuilder Create(IArrowType type) => type switch
    {
        NullType => new NullArray.Builder(),
        BooleanType => new BooleanArray.Builder(),
        Int8Type => new Int8Array.Builder(),
        Int16Type => new Int16Array.Builder(),
        Int32Type => new Int32Array.Builder(),
        Int64Type => new Int64Array.Builder(),
        UInt8Type => new UInt8Array.Builder(),
        UInt16Type => new UInt16Array.Builder(),
        UInt32Type => new UInt32Array.Builder(),
        UInt64Type => new UInt64Array.Builder(),
        HalfFloatType => new HalfFloatArray.Builder(),
        FloatType => new FloatArray.Builder(),
        DoubleType => new DoubleArray.Builder(),
        StringType => new StringArray.Builder(),
        LargeStringType => new LargeStringArray.Builder(),
        BinaryType => new BinaryArray.Builder(),
        LargeBinaryType => new LargeBinaryArray.Builder(),
        Decimal32Type decimal32 => new Decimal32Array.Builder(decimal32),
        Decimal64Type decimal64 => new Decimal64Array.Builder(decimal64),
        Decimal128Type decimal128 => new Decimal128Array.Builder(decimal128),
        Decimal256Type decimal256 => new Decimal256Array.Builder(decimal256),
        FixedSizeBinaryType fixedSizeBinary => new FixedSizeBinaryArray.Builder(fixedSizeBinary),
        Date32Type => new Date32Array.Builder(),
        Date64Type => new Date64Array.Builder(),
        Time32Type time32 => new Time32Array.Builder(time32),
        Time64Type time64 => new Time64Array.Builder(time64),
        TimestampType timestamp => new TimestampArray.Builder(timestamp),
        DurationType duration => new DurationArray.Builder(duration),
        IntervalType { Unit: IntervalUnit.YearMonth } => new YearMonthIntervalArray.Builder(),
        IntervalType { Unit: IntervalUnit.DayTime } => new DayTimeIntervalArray.Builder(),
        IntervalType => new MonthDayNanosecondIntervalArray.Builder(),
        ListType list => new ListArray.Builder(list.ValueField),
        LargeListType largeList => new LargeListArray.Builder(largeList.ValueField),
        _ => throw new NotSupportedException($"arrays of {type} are put together from their parts by their constructor"),
    };
}
