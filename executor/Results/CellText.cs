using System.Globalization;
using System.Text;
using System.Text.Json;
using Executor.Arrow;
using Executor.Arrow.Types;

namespace Executor.Results;

/// <summary>Arrow values as text: what tables and CSV files show. Numbers and times are written without regard to culture.</summary>
internal static class CellText
{
    /// <summary>
    /// The text of one value, or null for a null. Floats round-trip, decimals keep their scale, times keep their unit, timestamps with a zone are
    /// shown in UTC with <c>Z</c>, binaries are hexadecimal, nested values are JSON.
    /// </summary>
    public static string? Of(IArrowArray array, int index)
    {
        if (array.IsNull(index))
        {
            return null;
        }

        return array switch
        {
            BooleanArray a => a.GetValue(index) == true ? "true" : "false",
            Int8Array a => Number(a.GetValue(index)),
            Int16Array a => Number(a.GetValue(index)),
            Int32Array a => Number(a.GetValue(index)),
            Int64Array a => Number(a.GetValue(index)),
            UInt8Array a => Number(a.GetValue(index)),
            UInt16Array a => Number(a.GetValue(index)),
            UInt32Array a => Number(a.GetValue(index)),
            UInt64Array a => Number(a.GetValue(index)),
            HalfFloatArray a => Number(a.GetValue(index)),
            FloatArray a => Number(a.GetValue(index)),
            DoubleArray a => Number(a.GetValue(index)),
            DecimalArray a => a.GetString(index),
            StringArray a => a.GetString(index),
            LargeStringArray a => a.GetString(index),
            BinaryArray a => Convert.ToHexStringLower(a.GetBytes(index)),
            LargeBinaryArray a => Convert.ToHexStringLower(a.GetBytes(index)),
            FixedSizeBinaryArray a => Convert.ToHexStringLower(a.GetBytes(index)),
            Date32Array a => Date(a.GetDateOnly(index)),
            Date64Array a => Date(a.GetDateOnly(index)),
            Time32Array a => Time(a.GetValue(index), ((Time32Type)a.Data.DataType).Unit),
            Time64Array a => Time(a.GetValue(index), ((Time64Type)a.Data.DataType).Unit),
            TimestampArray a => Timestamp(a.GetValue(index)!.Value, (TimestampType)a.Data.DataType),
            DurationArray a => $"{Number(a.GetValue(index))}{Suffix(((DurationType)a.Data.DataType).Unit)}",
            DictionaryArray a => Of(a.Dictionary, a.GetDictionaryIndex(index)!.Value),
            _ => Json(array, index),
        };
    }

    private static string Number<T>(T? value)
        where T : struct, IFormattable => value!.Value.ToString(null, CultureInfo.InvariantCulture);

    private static string Date(DateOnly? value) => value!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Time(long? value, TimeUnit unit)
    {
        var perSecond = PerSecond(unit);
        var (seconds, fraction) = Math.DivRem(value!.Value, perSecond);
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}{Fraction(fraction, unit)}");
    }

    private static string Timestamp(long value, TimestampType type)
    {
        var perSecond = PerSecond(type.Unit);
        var seconds = Math.DivRem(value, perSecond, out var fraction);
        if (fraction < 0)
        {
            seconds--;
            fraction += perSecond;
        }

        if (seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return string.Create(CultureInfo.InvariantCulture, $"{value}{Suffix(type.Unit)} since 1970");
        }

        var text = DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        return text + Fraction(fraction, type.Unit) + (type.Timezone is null ? "" : "Z");
    }

    private static string Fraction(long fraction, TimeUnit unit) =>
        unit == TimeUnit.Second ? "" : "." + fraction.ToString(CultureInfo.InvariantCulture).PadLeft(Digits(unit), '0');

    private static int Digits(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => 0,
        TimeUnit.Millisecond => 3,
        TimeUnit.Microsecond => 6,
        _ => 9,
    };

    private static long PerSecond(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => 1,
        TimeUnit.Millisecond => 1_000,
        TimeUnit.Microsecond => 1_000_000,
        _ => 1_000_000_000,
    };

    private static string Suffix(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => "s",
        TimeUnit.Millisecond => "ms",
        TimeUnit.Microsecond => "us",
        _ => "ns",
    };

    private static string Json(IArrowArray array, int index)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            CellJson.Write(writer, array, index);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
