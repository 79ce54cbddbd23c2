using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>A column of days since 1970-01-01.</summary>
/// <param name="data">Data of type <see cref="Date32Type"/>.</param>
public sealed class Date32Array(ArrayData data) : PrimitiveArray<int>(data, ArrowTypeId.Date32)
{
    /// <summary>The date at that index; null if it is null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in the years 1 to 9999, or the index is out of range.</exception>
    public DateOnly? GetDateOnly(int index) => GetValue(index) is { } days ? TimeScale.Epoch.AddDays(days) : null;

    /// <summary>Collects dates.</summary>
    public sealed class Builder() : PrimitiveArrayBuilder<int, Date32Array, Builder>(Date32Type.Default, data => new Date32Array(data))
    {
        /// <summary>Adds a date.</summary>
        public Builder Append(DateOnly value) => Append(value.DayNumber - TimeScale.Epoch.DayNumber);
    }
}

/// <summary>A column of dates as milliseconds since 1970-01-01.</summary>
/// <param name="data">Data of type <see cref="Date64Type"/>.</param>
public sealed class Date64Array(ArrayData data) : PrimitiveArray<long>(data, ArrowTypeId.Date64)
{
    /// <summary>The date at that index; null if it is null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in the years 1 to 9999, or the index is out of range.</exception>
    public DateOnly? GetDateOnly(int index) => GetValue(index) is { } milliseconds
        ? DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime)
        : null;

    /// <summary>Collects dates.</summary>
    public sealed class Builder() : PrimitiveArrayBuilder<long, Date64Array, Builder>(Date64Type.Default, data => new Date64Array(data))
    {
        /// <summary>Adds a date.</summary>
        public Builder Append(DateOnly value) =>
            Append((value.DayNumber - TimeScale.Epoch.DayNumber) * (TimeSpan.TicksPerDay / TimeSpan.TicksPerMillisecond));
    }
}

/// <summary>A column of times of day in seconds or milliseconds.</summary>
/// <param name="data">Data of type <see cref="Time32Type"/>.</param>
public sealed class Time32Array(ArrayData data) : PrimitiveArray<int>(data, ArrowTypeId.Time32)
{
    /// <summary>The time at that index; null if it is null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not within a day, or the index is out of range.</exception>
    public TimeOnly? GetTime(int index) =>
        GetValue(index) is { } steps ? new TimeOnly(TimeScale.ToTicks(steps, ((Time32Type)Data.DataType).Unit)) : null;

    /// <summary>Collects times.</summary>
    /// <param name="type">The type, with its unit.</param>
    public sealed class Builder(Time32Type type) : PrimitiveArrayBuilder<int, Time32Array, Builder>(type, data => new Time32Array(data))
    {
        /// <summary>Adds a time; what is finer than the unit is cut off.</summary>
        public Builder Append(TimeOnly value) => Append((int)TimeScale.FromTicks(value.Ticks, ((Time32Type)DataType).Unit));
    }
}

/// <summary>A column of times of day in microseconds or nanoseconds.</summary>
/// <param name="data">Data of type <see cref="Time64Type"/>.</param>
public sealed class Time64Array(ArrayData data) : PrimitiveArray<long>(data, ArrowTypeId.Time64)
{
    /// <summary>The time at that index, to 100 ns; null if it is null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not within a day, or the index is out of range.</exception>
    public TimeOnly? GetTime(int index) =>
        GetValue(index) is { } steps ? new TimeOnly(TimeScale.ToTicks(steps, ((Time64Type)Data.DataType).Unit)) : null;

    /// <summary>Collects times.</summary>
    /// <param name="type">The type, with its unit.</param>
    public sealed class Builder(Time64Type type) : PrimitiveArrayBuilder<long, Time64Array, Builder>(type, data => new Time64Array(data))
    {
        /// <summary>Adds a time; what is finer than the unit is cut off.</summary>
        public Builder Append(TimeOnly value) => Append(TimeScale.FromTicks(value.Ticks, ((Time64Type)DataType).Unit));
    }
}

/// <summary>A column of moments.</summary>
/// <param name="data">Data of type <see cref="TimestampType"/>.</param>
public sealed class TimestampArray(ArrayData data) : PrimitiveArray<long>(data, ArrowTypeId.Timestamp)
{
    /// <summary>
    /// The moment at that index, to 100 ns, with offset zero; null if it is null. Without a time zone in the type it is local time of an
    /// unnamed place, not UTC.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in the years 1 to 9999, or the index is out of range.</exception>
    public DateTimeOffset? GetTimestamp(int index) => GetValue(index) is { } steps
        ? new DateTimeOffset(TimeScale.EpochTicks + TimeScale.ToTicks(steps, ((TimestampType)Data.DataType).Unit), TimeSpan.Zero)
        : null;

    /// <summary>Collects moments.</summary>
    /// <param name="type">The type, with its unit and time zone.</param>
    public sealed class Builder(TimestampType type)
        : PrimitiveArrayBuilder<long, TimestampArray, Builder>(type, data => new TimestampArray(data))
    {
        /// <summary>Collects moments of a time zone, or of none.</summary>
        public Builder(TimeUnit unit, string? timezone = null)
            : this(new TimestampType(unit, timezone))
        {
        }

        /// <summary>Adds a moment; what is finer than the unit is cut off.</summary>
        public Builder Append(DateTimeOffset value) =>
            Append(TimeScale.FromTicks(value.UtcTicks - TimeScale.EpochTicks, ((TimestampType)DataType).Unit));
    }
}

/// <summary>A column of lengths of time.</summary>
/// <param name="data">Data of type <see cref="DurationType"/>.</param>
public sealed class DurationArray(ArrayData data) : PrimitiveArray<long>(data, ArrowTypeId.Duration)
{
    /// <summary>The length at that index, to 100 ns; null if it is null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is longer than a TimeSpan can be, or the index is out of range.</exception>
    public TimeSpan? GetTimeSpan(int index) =>
        GetValue(index) is { } steps ? new TimeSpan(TimeScale.ToTicks(steps, ((DurationType)Data.DataType).Unit)) : null;

    /// <summary>Collects lengths of time.</summary>
    /// <param name="type">The type, with its unit.</param>
    public sealed class Builder(DurationType type)
        : PrimitiveArrayBuilder<long, DurationArray, Builder>(type, data => new DurationArray(data))
    {
        /// <summary>Adds a length of time; what is finer than the unit is cut off.</summary>
        public Builder Append(TimeSpan value) => Append(TimeScale.FromTicks(value.Ticks, ((DurationType)DataType).Unit));
    }
}
