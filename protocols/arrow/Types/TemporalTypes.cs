namespace Executor.Arrow.Types;

/// <summary>What one step of a time value is.</summary>
public enum TimeUnit
{
    /// <summary>A second.</summary>
    Second,

    /// <summary>A thousandth of a second.</summary>
    Millisecond,

    /// <summary>A millionth of a second.</summary>
    Microsecond,

    /// <summary>A billionth of a second.</summary>
    Nanosecond,
}

/// <summary>Days since 1970-01-01, in 32 bits.</summary>
public sealed class Date32Type : FixedWidthType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly Date32Type Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Date32;

    /// <inheritdoc/>
    public override string Name => "date32";

    /// <inheritdoc/>
    public override int BitWidth => 32;
}

/// <summary>Milliseconds since 1970-01-01, whole days, in 64 bits.</summary>
public sealed class Date64Type : FixedWidthType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly Date64Type Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Date64;

    /// <inheritdoc/>
    public override string Name => "date64";

    /// <inheritdoc/>
    public override int BitWidth => 64;
}

/// <summary>A type that counts in a <see cref="TimeUnit"/>.</summary>
public abstract class TimeBasedType : FixedWidthType
{
    private protected TimeBasedType(TimeUnit unit) => Unit = unit;

    /// <summary>What one step is.</summary>
    public TimeUnit Unit { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}[{UnitSymbol}]";

    private protected string UnitSymbol => Unit switch
    {
        TimeUnit.Second => "s",
        TimeUnit.Millisecond => "ms",
        TimeUnit.Microsecond => "us",
        _ => "ns",
    };

    private protected override bool ParametersEqual(ArrowType other) => Unit == ((TimeBasedType)other).Unit;
}

/// <summary>Time since midnight in 32 bits.</summary>
public sealed class Time32Type : TimeBasedType
{
    /// <summary>Seconds or milliseconds since midnight.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The unit is finer than 32 bits can hold.</exception>
    public Time32Type(TimeUnit unit)
        : base(unit)
    {
        if (unit is not (TimeUnit.Second or TimeUnit.Millisecond))
        {
            throw new ArgumentOutOfRangeException(nameof(unit), unit, "time32 counts in seconds or milliseconds");
        }
    }

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Time32;

    /// <inheritdoc/>
    public override string Name => "time32";

    /// <inheritdoc/>
    public override int BitWidth => 32;
}

/// <summary>Time since midnight in 64 bits.</summary>
public sealed class Time64Type : TimeBasedType
{
    /// <summary>Microseconds or nanoseconds since midnight.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The unit is coarser: that is <see cref="Time32Type"/>.</exception>
    public Time64Type(TimeUnit unit)
        : base(unit)
    {
        if (unit is not (TimeUnit.Microsecond or TimeUnit.Nanosecond))
        {
            throw new ArgumentOutOfRangeException(nameof(unit), unit, "time64 counts in microseconds or nanoseconds");
        }
    }

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Time64;

    /// <inheritdoc/>
    public override string Name => "time64";

    /// <inheritdoc/>
    public override int BitWidth => 64;
}

/// <summary>A moment in 64 bits: steps since 1970-01-01T00:00:00 UTC with a time zone, of local time without.</summary>
/// <param name="unit">What one step is.</param>
/// <param name="timezone">An Olson name or an offset such as <c>+07:30</c>; null or empty for local time of an unnamed place.</param>
public sealed class TimestampType(TimeUnit unit, string? timezone = null) : TimeBasedType(unit)
{
    /// <summary>The time zone; null if there is none.</summary>
    public string? Timezone { get; } = string.IsNullOrEmpty(timezone) ? null : timezone;

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Timestamp;

    /// <inheritdoc/>
    public override string Name => "timestamp";

    /// <inheritdoc/>
    public override int BitWidth => 64;

    /// <inheritdoc/>
    public override string ToString() => Timezone is null ? base.ToString() : $"{Name}[{UnitSymbol}, tz={Timezone}]";

    private protected override bool ParametersEqual(ArrowType other) =>
        base.ParametersEqual(other) && Timezone == ((TimestampType)other).Timezone;
}

/// <summary>A length of time in 64 bits.</summary>
/// <param name="unit">What one step is.</param>
public sealed class DurationType(TimeUnit unit) : TimeBasedType(unit)
{
    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Duration;

    /// <inheritdoc/>
    public override string Name => "duration";

    /// <inheritdoc/>
    public override int BitWidth => 64;
}
