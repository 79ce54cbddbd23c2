using System.Globalization;
using System.Numerics;
using Executor.Arrow.Tests.Samples;
using Executor.Arrow.Types;

namespace Executor.Arrow.Tests;

public sealed class ArrayTests
{
    [Fact]
    public void Numbers_are_read_back_with_their_nulls()
    {
        var array = new Int32Array.Builder().Append(1).AppendNull().Append((int?)3).AppendRange([4, 5])
            .AppendRange(new int?[] { null, 7 }).Build();
        Assert.Equal([1, null, 3, 4, 5, null, 7], array);
        Assert.Equal(7, array.Length);
        Assert.Equal(2, array.NullCount);
        Assert.True(array.IsNull(1));
        Assert.Equal(4, array.Values[3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => array.GetValue(7));
        Assert.Throws<ArgumentOutOfRangeException>(() => array.IsNull(-1));
    }

    [Fact]
    public void A_builder_is_empty_after_building_and_can_be_used_again()
    {
        var builder = new StringArray.Builder().Append("a").AppendNull();
        var first = builder.Build();
        var second = builder.Append("bc").Build();
        Assert.Equal(2, first.Length);
        Assert.Equal("a", first.GetString(0));
        Assert.Equal(1, second.Length);
        Assert.Equal("bc", second.GetString(0));
        Assert.Equal(0, second.NullCount);
    }

    [Fact]
    public void Slices_share_memory_and_count_their_own_nulls()
    {
        var array = new Int64Array.Builder().Append(1).AppendNull().Append(3).AppendNull().Build();
        var slice = (Int64Array)array.Slice(1, 2);
        Assert.Equal([null, 3], slice);
        Assert.Equal(1, slice.NullCount);
        Assert.Equal([3L], (Int64Array)slice.Slice(1, 1));
        Assert.True(slice.ValueBuffer.Memory.Equals(array.ValueBuffer.Memory));
        Assert.Throws<ArgumentOutOfRangeException>(() => array.Slice(3, 2));
    }

    [Fact]
    public void Texts_longer_than_the_stack_buffer_and_outside_of_ascii_are_kept()
    {
        var longText = string.Concat(Enumerable.Repeat("жñ🏹", 200));
        var array = new LargeStringArray.Builder().AppendRange(["", longText, null, "x"]).Build();
        Assert.Equal(["", longText, null, "x"], Enumerable.Range(0, 4).Select(array.GetString));
        var utf8 = new StringArray.Builder().Append("x"u8).Append(longText).Build();
        Assert.Equal("x", utf8.GetString(0));
        Assert.Equal(longText, utf8.GetString(1));
    }

    [Fact]
    public void Booleans_and_fixed_bytes_are_read_back()
    {
        var booleans = new BooleanArray.Builder().Append(true).Append((bool?)null).AppendRange([false, true]).Build();
        Assert.Equal([true, null, false, true], Enumerable.Range(0, 4).Select(booleans.GetValue));
        var bytes = new FixedSizeBinaryArray.Builder(new FixedSizeBinaryType(2)).Append([1, 2]).AppendNull().Append([3, 4]).Build();
        Assert.Equal([3, 4], bytes.GetBytes(2).ToArray());
        Assert.Throws<ArgumentException>(() => new FixedSizeBinaryArray.Builder(new FixedSizeBinaryType(2)).Append([1]));
    }

    [Theory]
    [InlineData("0", 10, 2, "0.00")]
    [InlineData("-1.5", 10, 2, "-1.50")]
    [InlineData("0.01", 10, 2, "0.01")]
    [InlineData("-79228162514264337593543950335", 38, 0, "-79228162514264337593543950335")]
    [InlineData("1200", 5, -2, "1200")]
    public void Decimals_keep_their_digits(string text, int precision, int scale, string shown)
    {
        var value = decimal.Parse(text, CultureInfo.InvariantCulture);
        var array = new Decimal128Array.Builder(new Decimal128Type(precision, scale)).Append(value).AppendNull().Build();
        Assert.Equal(value, array.GetValue(0));
        Assert.Equal(shown, array.GetString(0));
        Assert.Null(array.GetValue(1));
        var wide = new Decimal256Array.Builder(new Decimal256Type(precision, scale)).Append(value).Build();
        Assert.Equal(value, wide.GetValue(0));
    }

    [Fact]
    public void Decimals_that_do_not_fit_are_refused()
    {
        var builder = new Decimal32Array.Builder(new Decimal32Type(4, 2));
        Assert.Throws<OverflowException>(() => builder.Append(0.001m));
        Assert.Throws<OverflowException>(() => builder.Append(100m));
        Assert.Equal("-99.99", builder.Append(-99.99m).Build().GetString(0));

        var wide = new Decimal256Array.Builder(new Decimal256Type(76, 0)).AppendUnscaled(BigInteger.Pow(10, 75)).Build();
        Assert.Equal(BigInteger.Pow(10, 75), wide.GetUnscaledValue(0));
        Assert.Throws<OverflowException>(() => wide.GetValue(0));
        Assert.Equal(76, wide.GetString(0)!.Length);
    }

    [Fact]
    public void Dates_and_times_convert_to_those_of_dotnet()
    {
        var date = new DateOnly(1969, 12, 31);
        Assert.Equal(date, new Date32Array.Builder().Append(date).Build().GetDateOnly(0));
        Assert.Equal(-1, new Date32Array.Builder().Append(date).Build().GetValue(0));
        Assert.Equal(date, new Date64Array.Builder().Append(date).Build().GetDateOnly(0));
        var time = new TimeOnly(13, 14, 15, 16);
        Assert.Equal(time, new Time32Array.Builder(new Time32Type(TimeUnit.Millisecond)).Append(time).Build().GetTime(0));
        Assert.Equal(time, new Time64Array.Builder(new Time64Type(TimeUnit.Nanosecond)).Append(time).Build().GetTime(0));
        var span = TimeSpan.FromMilliseconds(-1.5);
        Assert.Equal(span, new DurationArray.Builder(new DurationType(TimeUnit.Microsecond)).Append(span).Build().GetTimeSpan(0));
        Assert.Equal(-2, new DurationArray.Builder(new DurationType(TimeUnit.Millisecond)).Append(span).Build().GetValue(0));
    }

    [Theory]
    [InlineData(TimeUnit.Second)]
    [InlineData(TimeUnit.Millisecond)]
    [InlineData(TimeUnit.Microsecond)]
    [InlineData(TimeUnit.Nanosecond)]
    public void Moments_before_and_after_the_epoch_convert(TimeUnit unit)
    {
        DateTimeOffset[] moments = [new(1960, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)), new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero)];
        foreach (var moment in moments)
        {
            var array = new TimestampArray.Builder(unit, "UTC").Append(moment).AppendNull().Build();
            Assert.Equal(moment, array.GetTimestamp(0));
            Assert.Null(array.GetTimestamp(1));
        }

        var beyond = new TimestampArray.Builder(TimeUnit.Second).Append(long.MaxValue).Build();
        Assert.Throws<ArgumentOutOfRangeException>(() => beyond.GetTimestamp(0));
    }

    [Fact]
    public void Lists_structs_and_maps_are_put_together()
    {
        var lists = new ListArray.Builder(StringType.Default);
        var words = (StringArray.Builder)lists.ValueBuilder;
        lists.Append();
        words.Append("a").AppendNull();
        lists.AppendNull();
        lists.Append();
        var listArray = lists.Build();
        Assert.Equal("""[["a",null],null,[]]""", Canonical.Of(listArray).ToJsonString());
        Assert.Equal(2, listArray.GetValueLength(0));

        var type = new StructType([new Field("id", Int32Type.Default, false), new Field("words", listArray.Data.DataType, true)]);
        var ids = new Int32Array.Builder().Append([1, 2, 3]).Build();
        var validity = new ArrowBuffer.BitmapBuilder().Append(true).Append(false).Append(true).Build();
        var structs = new StructArray(type, 3, [ids, listArray], validity);
        Assert.Equal("""[["1",["a",null]],null,["3",[]]]""", Canonical.Of(structs).ToJsonString());
        Assert.Equal(1, structs.NullCount);
        Assert.Equal("""[null,["3",[]]]""", Canonical.Of(structs.Slice(1, 2)).ToJsonString());

        var keys = new StringArray.Builder().AppendRange(["x", "y", "z"]).Build();
        var mapType = new MapType(StringType.Default, Int32Type.Default, nullable: false);
        var entries = new StructArray(mapType.KeyValueType, 3, [keys, ids], ArrowBuffer.Empty);
        var offsets = new ArrowBuffer.Builder<int>().AppendRange([0, 2, 2, 3]).Build();
        var maps = new MapArray(mapType, 3, offsets, entries, ArrowBuffer.Empty);
        Assert.Equal("""[[["x","1"],["y","2"]],[],[["z","3"]]]""", Canonical.Of(maps).ToJsonString());
        Assert.Equal("z", ((StringArray)maps.Keys).GetString(2));

        var pairs = new FixedSizeListArray(new FixedSizeListType(Int32Type.Default, 1), 3, ids, ArrowBuffer.Empty);
        Assert.Equal("""[["2"],["3"]]""", Canonical.Of(pairs.Slice(1, 2)).ToJsonString());
    }

    [Fact]
    public void Data_of_another_type_make_no_array()
    {
        var data = new Int32Array.Builder().Append(1).Build().Data;
        Assert.Throws<ArgumentException>(() => new Int64Array(data));
        Assert.Throws<ArgumentException>(() => new StringArray(new BinaryArray.Builder().Build().Data));
        Assert.Throws<ArgumentException>(() => new ArrayData(Int32Type.Default, 1, 0, 0, []));
    }

    [Fact]
    public void A_batch_checks_its_columns_against_its_schema()
    {
        var schema = new Schema([new Field("id", Int32Type.Default, false)]);
        var ids = new Int32Array.Builder().Append([1, 2]).Build();
        Assert.Throws<ArgumentException>(() => new RecordBatch(schema, [], 2));
        Assert.Throws<ArgumentException>(() => new RecordBatch(schema, [ids], 3));
        Assert.Throws<ArgumentException>(() => new RecordBatch(schema, [new Int64Array.Builder().Append(1L).Build()], 1));
        var batch = new RecordBatch(schema, [ids], 2);
        Assert.Same(ids, batch.Column("id"));
        Assert.Throws<ArgumentException>(() => batch.Column("no"));
        Assert.Equal("2 rows of {id: int32 not null}", batch.ToString());
        Assert.Equal(2, ((Int32Array)batch.Slice(1, 1).Column(0)).GetValue(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Slice(1, 2));
    }

    [Fact]
    public void Every_flat_type_has_a_builder()
    {
        foreach (var type in RandomArrays.EveryFlatType(1))
        {
            var builder = ArrowArrayBuilderFactory.Create(type);
            builder.AppendNull();
            var array = builder.Build();
            Assert.True(type.Equals(array.Data.DataType));
            Assert.True(array.IsNull(0));
        }

        Assert.Throws<NotSupportedException>(() => ArrowArrayBuilderFactory.Create(new StructType([])));
    }
}
