using Executor.Arrow;
using Executor.Arrow.Types;
using Executor.Contracts.Reporting;
using Executor.TaskRunner.Partitioning;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Tests.Partitioning;

public sealed class RangePartitionerTests
{
    private static int[] Assign(IArrowArray column, params string[] bounds)
    {
        var field = new Field("key", column.Data.DataType, nullable: true);
        var rows = new RecordBatch(new Schema([field]), [column], column.Length);
        var partitions = new int[column.Length];
        new RangePartitioner(0, field, bounds).Assign(rows, partitions);
        return partitions;
    }

    [Fact]
    public void A_value_equal_to_a_bound_belongs_above_it_and_nulls_come_first() =>
        Assert.Equal(
            [0, 1, 1, 2, 2, 0],
            Assign(new Int32Array.Builder().Append(9).Append(10).Append(19).Append(20).Append(99).AppendNull().Build(), "10", "20"));

    [Fact]
    public void Unsigned_numbers_keep_their_order() =>
        Assert.Equal([0, 1, 1], Assign(new UInt64Array.Builder().Append(1).Append(ulong.MaxValue).Append(1UL << 63).Build(), "9223372036854775808"));

    [Fact]
    public void Not_a_number_comes_last() =>
        Assert.Equal([0, 1, 2, 2], Assign(new DoubleArray.Builder().Append(-1).Append(0.5).Append(7).Append(double.NaN).Build(), "0", "1.5"));

    [Fact]
    public void Text_is_ordered_by_its_bytes_in_plain_and_dictionary_form()
    {
        var plain = new StringArray.Builder().Append("Zebra").Append("a").Append("mm").Append("ä").Build();
        var encoded = new DictionaryArray(
            new DictionaryType(Int32Type.Default, StringType.Default),
            new Int32Array.Builder().Append(0).Append(1).Append(2).Append(3).AppendNull().Build(),
            plain);

        Assert.Equal([0, 1, 2, 2], Assign(plain, "a", "m"));
        Assert.Equal([0, 1, 2, 2, 0], Assign(encoded, "a", "m"));
    }

    [Fact]
    public void Dates_and_timestamps_are_given_as_people_write_them()
    {
        var dates = new Date32Array.Builder().Append(new DateOnly(2025, 12, 31)).Append(new DateOnly(2026, 1, 1)).Build();
        Assert.Equal([0, 1], Assign(dates, "2026-01-01"));

        var type = new TimestampType(TimeUnit.Millisecond, "UTC");
        var builder = new TimestampArray.Builder(type);
        builder.Append(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).Append(new DateTimeOffset(2026, 1, 1, 12, 0, 1, TimeSpan.Zero));
        Assert.Equal([0, 1], Assign(builder.Build(), "2026-01-01T12:00:00Z"));
    }

    [Fact]
    public void Decimals_are_compared_as_numbers()
    {
        var builder = new Decimal128Array.Builder(new Decimal128Type(10, 2));
        builder.Append(-1.00m).Append(9.99m).Append(10.00m);
        Assert.Equal([0, 1, 2], Assign(builder.Build(), "-0.5", "10"));
    }

    [Theory]
    [InlineData("ten", "'ten', which is no value of column 'key' (int32)")]
    [InlineData("99999999999", "is no value of column 'key' (int32)")]
    public void A_bound_of_another_type_is_refused(string bound, string expected)
    {
        var failure = Assert.Throws<AttemptFailedException>(() => Assign(new Int32Array.Builder().Append(1).Build(), bound));

        Assert.Equal(AttemptFailure.InvalidOutput, failure.Failure);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bounds_must_ascend() =>
        Assert.Contains(
            "do not ascend",
            Assert.Throws<AttemptFailedException>(() => Assign(new Int32Array.Builder().Append(1).Build(), "5", "5")).Message,
            StringComparison.Ordinal);
}
