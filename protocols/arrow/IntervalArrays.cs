using System.Runtime.InteropServices;
using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>A number of months.</summary>
/// <param name="Months">Months; may be negative.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct YearMonthInterval(int Months);

/// <summary>Days and milliseconds, which do not add up to one number: days may have 23 or 25 hours.</summary>
/// <param name="Days">Days; may be negative.</param>
/// <param name="Milliseconds">Milliseconds; may be negative.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DayTimeInterval(int Days, int Milliseconds);

/// <summary>Months, days and nanoseconds, independent of each other.</summary>
/// <param name="Months">Months; may be negative.</param>
/// <param name="Days">Days; may be negative.</param>
/// <param name="Nanoseconds">Nanoseconds; may be negative.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct MonthDayNanosecondInterval(int Months, int Days, long Nanoseconds);

/// <summary>A column of intervals of months.</summary>
/// <param name="data">Data of type <see cref="IntervalType"/> with <see cref="IntervalUnit.YearMonth"/>.</param>
public sealed class YearMonthIntervalArray(ArrayData data) : PrimitiveArray<YearMonthInterval>(data, ArrowTypeId.Interval)
{
    /// <summary>Collects intervals.</summary>
    public sealed class Builder() : PrimitiveArrayBuilder<YearMonthInterval, YearMonthIntervalArray, Builder>(
        new IntervalType(IntervalUnit.YearMonth), data => new YearMonthIntervalArray(data));
}

/// <summary>A column of intervals of days and milliseconds.</summary>
/// <param name="data">Data of type <see cref="IntervalType"/> with <see cref="IntervalUnit.DayTime"/>.</param>
public sealed class DayTimeIntervalArray(ArrayData data) : PrimitiveArray<DayTimeInterval>(data, ArrowTypeId.Interval)
{
    /// <summary>Collects intervals.</summary>
    public sealed class Builder() : PrimitiveArrayBuilder<DayTimeInterval, DayTimeIntervalArray, Builder>(
        new IntervalType(IntervalUnit.DayTime), data => new DayTimeIntervalArray(data));
}

/// <summary>A column of intervals of months, days and nanoseconds.</summary>
/// <param name="data">Data of type <see cref="IntervalType"/> with <see cref="IntervalUnit.MonthDayNanosecond"/>.</param>
public sealed class MonthDayNanosecondIntervalArray(ArrayData data)
    : PrimitiveArray<MonthDayNanosecondInterval>(data, ArrowTypeId.Interval)
{
    /// <summary>Collects intervals.</summary>
    public sealed class Builder() : PrimitiveArrayBuilder<MonthDayNanosecondInterval, MonthDayNanosecondIntervalArray, Builder>(
        new IntervalType(IntervalUnit.MonthDayNanosecond), data => new MonthDayNanosecondIntervalArray(data));
}
