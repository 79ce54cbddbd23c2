namespace Executor.Arrow.Types;

/// <summary>What an interval counts in.</summary>
public enum IntervalUnit
{
    /// <summary>Whole months, in 32 bits.</summary>
    YearMonth,

    /// <summary>Days and milliseconds, 32 bits each.</summary>
    DayTime,

    /// <summary>Months and days of 32 bits each, and nanoseconds of 64.</summary>
    MonthDayNanosecond,
}

/// <summary>A distance in calendar time, whose length in seconds depends on where it begins.</summary>
/// <param name="unit">What it counts in.</param>
public sealed class IntervalType(IntervalUnit unit) : FixedWidthType
{
    /// <summary>What the interval counts in.</summary>
    public IntervalUnit Unit { get; } = unit;

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Interval;

    /// <inheritdoc/>
    public override string Name => Unit switch
    {
        IntervalUnit.YearMonth => "month_interval",
        IntervalUnit.DayTime => "day_time_interval",
        _ => "month_day_nano_interval",
    };

    /// <inheritdoc/>
    public override int BitWidth => Unit switch
    {
        IntervalUnit.YearMonth => 32,
        IntervalUnit.DayTime => 64,
        _ => 128,
    };

    private protected override bool ParametersEqual(ArrowType other) => Unit == ((IntervalType)other).Unit;
}
