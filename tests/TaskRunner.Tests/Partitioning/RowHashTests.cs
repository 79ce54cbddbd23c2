using Executor.Arrow;
using Executor.Arrow.Types;
using Executor.TaskRunner.Partitioning;

namespace Executor.TaskRunner.Tests.Partitioning;

/// <summary>The hash is a contract between machines and versions: expected values were computed from its description with libxxhash.</summary>
public sealed class RowHashTests
{
    private static ulong[] Hash(IArrowArray column)
    {
        var hashes = new ulong[column.Length];
        RowHash.OfColumn(column, hashes);
        return hashes;
    }

    [Fact]
    public void Whole_numbers_of_all_widths_hash_alike()
    {
        const ulong five = 0x89BE0B2DD5C2593DUL;
        Assert.Equal([five, 0x85D136ADB773C6C9UL, RowHash.OfNull], Hash(new Int64Array.Builder().Append(5).Append(-1).AppendNull().Build()));
        Assert.Equal([five], Hash(new Int8Array.Builder().Append(5).Build()));
        Assert.Equal([five], Hash(new Int32Array.Builder().Append(5).Build()));
        Assert.Equal([five], Hash(new UInt16Array.Builder().Append(5).Build()));
        Assert.Equal([five], Hash(new UInt64Array.Builder().Append(5).Build()));
        Assert.Equal([five], Hash(new Date32Array.Builder().Append(5).Build()));
    }

    [Fact]
    public void Equal_floating_point_numbers_hash_alike()
    {
        const ulong zero = 0x34C96ACDCADB1BBBUL;
        const ulong notANumber = 0xE9ADB09FEE122AACUL;
        Assert.Equal(
            [zero, zero, 0x49F7B96B6B5CCAF9UL, notANumber],
            Hash(new DoubleArray.Builder().Append(0.0).Append(-0.0).Append(1.5).Append(double.NaN).Build()));
        Assert.Equal(
            [0x49F7B96B6B5CCAF9UL, notANumber], Hash(new FloatArray.Builder().Append(1.5f).Append(-float.NaN).Build()));
    }

    [Fact]
    public void Text_hashes_by_its_bytes_in_every_encoding()
    {
        const ulong a = 0xD24EC4F1A98C6E5BUL;
        const ulong abc = 0x44BC2CF5AD770999UL;
        var plain = new StringArray.Builder().Append("a").Append("abc").AppendNull().Build();
        Assert.Equal([a, abc, RowHash.OfNull], Hash(plain));
        Assert.Equal([a], Hash(new LargeStringArray.Builder().Append("a").Build()));
        Assert.Equal([a], Hash(new BinaryArray.Builder().Append("a"u8).Build()));

        var encoded = new DictionaryArray(
            new DictionaryType(Int8Type.Default, StringType.Default),
            new Int8Array.Builder().Append(1).Append(0).Append(2).AppendNull().Build(),
            plain);
        Assert.Equal([abc, a, RowHash.OfNull, RowHash.OfNull], Hash(encoded));
    }

    [Fact]
    public void Slices_hash_as_what_they_show()
    {
        var array = new StringArray.Builder().Append("x").AppendNull().Append("abc").Append("a").Build();

        Assert.Equal(Hash(array)[2..], Hash(array.Slice(2, 2)));
    }

    [Fact]
    public void Decimals_and_truth_values_have_hashes()
    {
        var type = new Decimal128Type(10, 2);
        var builder = new Decimal128Array.Builder(type);
        builder.Append(123.45m);
        Assert.Equal([0xBA8059E3E30175ADUL], Hash(builder.Build()));
        Assert.Equal([0x9F29CB17A2A49995UL, 0x34C96ACDCADB1BBBUL], Hash(new BooleanArray.Builder().Append(true).Append(false).Build()));
    }

    [Fact]
    public void Several_columns_combine_in_order()
    {
        Assert.Equal(0x21BA919CBA8D7F95UL, RowHash.Combine(0xD24EC4F1A98C6E5BUL, 0x89BE0B2DD5C2593DUL));
        Assert.Equal(0x94167A555AF7CCB7UL, RowHash.Combine(RowHash.OfNull, 0x89BE0B2DD5C2593DUL));
    }

    [Fact]
    public void Partitions_stay_where_they_were()
    {
        var regions = new StringArray.Builder().Append("emea").Append("apac").Append("amer").Append("").Append("ä").AppendNull().Build();
        Assert.Equal([7, 3, 4, 7, 5, 4], Hash(regions).Select(hash => RowHash.PartitionOf(hash, 8)));

        var numbers = new Int32Array.Builder().AppendRange(Enumerable.Range(-2, 10)).Build();
        Assert.Equal([5, 3, 1, 4, 6, 3, 1, 3, 4, 0], Hash(numbers).Select(hash => RowHash.PartitionOf(hash, 7)));
    }

    [Fact]
    public void Consecutive_numbers_fill_partitions_evenly()
    {
        const int rows = 100_000;
        const int count = 50;
        var sizes = new int[count];
        foreach (var hash in Hash(new Int64Array.Builder().AppendRange(Enumerable.Range(0, rows).Select(i => (long)i)).Build()))
        {
            sizes[RowHash.PartitionOf(hash, count)]++;
        }

        Assert.All(sizes, size => Assert.InRange(size, rows / count * 9 / 10, rows / count * 11 / 10));
    }
}
