using System.Globalization;
using System.Numerics;
using System.Text;
using Executor.Arrow.Types;

namespace Executor.TaskRunner.Partitioning;

/// <summary>
/// Parses bounds as text in a column's type, in invariant notation: numbers as such, <c>true</c> and <c>false</c>, dates as
/// <c>2026-01-31</c>, times as <c>23:59:59.999</c>, timestamps as ISO 8601 (UTC where no offset is given), durations as
/// <c>[d.]hh:mm:ss[.fffffff]</c>. All throw <see cref="FormatException"/> or <see cref="OverflowException"/>.
/// </summary>
internal static class RangeBound
{
    private static readonly DateOnly Epoch = new(1970, 1, 1);

    /// <summary>True for types that <see cref="Integer"/> parses.</summary>
    public static bool IsInteger(IArrowType type) => type.TypeId is
        ArrowTypeId.Boolean or ArrowTypeId.Int8 or ArrowTypeId.Int16 or ArrowTypeId.Int32 or ArrowTypeId.Int64
        or ArrowTypeId.UInt8 or ArrowTypeId.UInt16 or ArrowTypeId.UInt32 or ArrowTypeId.UInt64
        or ArrowTypeId.Date32 or ArrowTypeId.Date64 or ArrowTypeId.Time32 or ArrowTypeId.Time64
        or ArrowTypeId.Timestamp or ArrowTypeId.Duration;

    /// <summary>As <see cref="RangeKey.Integer"/> reads it.</summary>
    public static long Integer(IArrowType type, string text) => type.TypeId switch
    {
        ArrowTypeId.Boolean => bool.Parse(text) ? 1 : 0,
        ArrowTypeId.Int8 => sbyte.Parse(text, CultureInfo.InvariantCulture),
        ArrowTypeId.Int16 => short.Parse(text, CultureInfo.InvariantCulture),
        ArrowTypeId.Int32 => int.Parse(text, CultureInfo.InvariantCulture),
        ArrowTypeId.Int64 => long.Parse(text, CultureInfo.InvariantCulture),
        ArrowTypeId.UInt8 => byte.Parse(text, CultureInfo.InvariantCulture),
        ArrowTypeId.UInt16 => ushort.Parse(text, CultureInfo.InvariantCulture),
        ArrowTypeId.UInt32 => uint.Parse(text, CultureInfo.InvariantCulture),
        ArrowTypeId.UInt64 => RangeKey.FromUnsigned(ulong.Parse(text, CultureInfo.InvariantCulture)),
        ArrowTypeId.Date32 => Days(text),
        ArrowTypeId.Date64 => Days(text) * (TimeSpan.TicksPerDay / TimeSpan.TicksPerMillisecond),
        ArrowTypeId.Time32 or ArrowTypeId.Time64 => Steps(type, TimeOnly.Parse(text, CultureInfo.InvariantCulture).Ticks),
        ArrowTypeId.Duration => Steps(type, TimeSpan.ParseExact(text, "c", CultureInfo.InvariantCulture).Ticks),
        _ => Steps(type, DateTimeOffset.Parse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcTicks - DateTime.UnixEpoch.Ticks),
    };

    /// <summary>As <see cref="RangeKey.Number"/> reads it.</summary>
    public static double Number(IArrowType type, string text) => double.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>As <see cref="RangeKey.Bytes"/> reads it.</summary>
    public static byte[] Text(IArrowType type, string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>As <see cref="RangeKey.Decimal"/> reads it: the number times ten to the power of the type's scale.</summary>
    public static BigInteger Decimal(IArrowType type, string text)
    {
        var scale = ((DecimalType)type).Scale;
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var fraction = point < 0 ? "" : text[(point + 1)..];
        var digits = (point < 0 ? text : text[..point]) + fraction;
        var unscaled = BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return scale >= fraction.Length
            ? unscaled * BigInteger.Pow(10, scale - fraction.Length)
            : throw new FormatException($"it has more than {scale} digits behind the point");
    }

    private static long Days(string text) =>
        DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture).DayNumber - Epoch.DayNumber;

    private static long Steps(IArrowType type, long ticks) => ((TimeBasedType)type).Unit switch
    {
        TimeUnit.Second => ticks / TimeSpan.TicksPerSecond,
        TimeUnit.Millisecond => ticks / TimeSpan.TicksPerMillisecond,
        TimeUnit.Microsecond => ticks / TimeSpan.TicksPerMicrosecond,
        _ => checked(ticks * TimeSpan.NanosecondsPerTick),
    };
}
