using System.Text;
using System.Text.Json;
using Executor.Arrow;
using Executor.Arrow.Types;
using Executor.Results;
using Xunit;

namespace Executor.Tests.Results;

public sealed class CellTextTests
{
    [Fact]
    public void Numbers_are_written_without_regard_to_culture_and_keep_their_digits()
    {
        Assert.Equal("-42", CellText.Of(new Int32Array.Builder().Append(-42).Build(), 0));
        Assert.Equal("18446744073709551615", CellText.Of(new UInt64Array.Builder().Append(ulong.MaxValue).Build(), 0));
        Assert.Equal("0.1", CellText.Of(new DoubleArray.Builder().Append(0.1).Build(), 0));
        Assert.Equal("12.50", CellText.Of(new Decimal128Array.Builder(new Decimal128Type(15, 2)).Append(12.50m).Build(), 0));
    }

    [Fact]
    public void A_null_is_no_text()
    {
        Assert.Null(CellText.Of(new StringArray.Builder().AppendNull().Build(), 0));
        Assert.Equal("", CellText.Of(new StringArray.Builder().Append("").Build(), 0));
    }

    [Fact]
    public void Times_keep_their_unit()
    {
        var instant = new DateTimeOffset(2026, 11, 22, 3, 4, 5, 6, TimeSpan.Zero);

        Assert.Equal("2026-11-22", CellText.Of(new Date32Array.Builder().Append(new DateOnly(2026, 11, 22)).Build(), 0));
        Assert.Equal("2026-11-22T03:04:05.006", CellText.Of(new TimestampArray.Builder(TimeUnit.Millisecond).Append(instant).Build(), 0));
        Assert.Equal("2026-11-22T03:04:05.006000Z", CellText.Of(new TimestampArray.Builder(TimeUnit.Microsecond, "Europe/Berlin").Append(instant).Build(), 0));
        Assert.Equal("1969-12-31T23:59:59.999", CellText.Of(new TimestampArray.Builder(TimeUnit.Millisecond).Append(DateTimeOffset.UnixEpoch.AddMilliseconds(-1)).Build(), 0));
        Assert.Equal("23:59:58", CellText.Of(new Time32Array.Builder(new Time32Type(TimeUnit.Second)).Append(new TimeOnly(23, 59, 58)).Build(), 0));
        Assert.Equal("1500ms", CellText.Of(new DurationArray.Builder(new DurationType(TimeUnit.Millisecond)).Append(TimeSpan.FromSeconds(1.5)).Build(), 0));
    }

    [Fact]
    public void Not_a_number_is_text_in_JSON_since_JSON_has_no_such_number()
    {
        var array = new DoubleArray.Builder().Append(double.NaN).Append(1.5).Append(double.PositiveInfinity).Build();

        Assert.Equal("[\"NaN\",1.5,\"Infinity\"]", Json(array));
    }

    [Fact]
    public void Strings_are_escaped_and_binaries_are_base_64_in_JSON()
    {
        Assert.Equal("[\"a\\u0022b\",null]", Json(new StringArray.Builder().Append("a\"b").AppendNull().Build()));
        Assert.Equal("[\"AQI=\"]", Json(new BinaryArray.Builder().Append([1, 2]).Build()));
    }

    private static string Json(IArrowArray array)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartArray();
            for (var i = 0; i < array.Length; i++)
            {
                CellJson.Write(writer, array, i);
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
