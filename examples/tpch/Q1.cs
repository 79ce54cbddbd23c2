// TPC-H query 1, the pricing summary report, in two tasks:
//
//   select l_returnflag, l_linestatus, sum(l_quantity) as sum_qty, sum(l_extendedprice) as sum_base_price,
//          sum(l_extendedprice * (1 - l_discount)) as sum_disc_price,
//          sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) as sum_charge,
//          avg(l_quantity) as avg_qty, avg(l_extendedprice) as avg_price, avg(l_discount) as avg_disc, count(*) as count_order
//   from lineitem where l_shipdate <= date '1998-12-01' - interval '90' day
//   group by l_returnflag, l_linestatus order by l_returnflag, l_linestatus
//
// The sums are exact: decimals with 2, 2, 4 and 6 digits after the point. The averages are doubles, each the exact sum divided by the
// count in one division.

using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Executor.Arrow;
using Executor.Arrow.Types;
using Executor.Sdk;

/// <summary>
/// Sums up one partition. As rows are partitioned by the columns that the query groups by, all rows of a group are in one partition and
/// its sums are final.
/// </summary>
public sealed class Aggregate : ITask
{
    private static readonly int LastShipDate = new DateOnly(1998, 12, 1).AddDays(-90).DayNumber - new DateOnly(1970, 1, 1).DayNumber;

    public Schema Schema => Q1Result.Schema;

    public async IAsyncEnumerable<RecordBatch> RunAsync(
        TaskContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var groups = new Dictionary<(string Flag, string Status), Q1Sums>();
        await foreach (var batch in context.Input.ReadAsync(cancellationToken))
        {
            Add(batch, groups);
        }

        // A partition that no group falls into gives no batch: an empty output that still has its schema.
        if (groups.Count > 0)
        {
            yield return Q1Result.Build(groups);
        }
    }

    private static void Add(RecordBatch batch, Dictionary<(string Flag, string Status), Q1Sums> groups)
    {
        var flag = (StringArray)batch.Column("l_returnflag");
        var status = (StringArray)batch.Column("l_linestatus");
        var quantity = (Decimal128Array)batch.Column("l_quantity");
        var price = (Decimal128Array)batch.Column("l_extendedprice");
        var discount = (Decimal128Array)batch.Column("l_discount");
        var tax = (Decimal128Array)batch.Column("l_tax");
        var shipDates = ((Date32Array)batch.Column("l_shipdate")).Values;
        for (var row = 0; row < batch.Length; row++)
        {
            if (shipDates[row] > LastShipDate)
            {
                continue;
            }

            var key = (flag.GetString(row)!, status.GetString(row)!);
            if (!groups.TryGetValue(key, out var sums))
            {
                groups.Add(key, sums = new Q1Sums());
            }

            sums.Add(Hundredths(quantity, row), Hundredths(price, row), Hundredths(discount, row), Hundredths(tax, row));
        }
    }

    // A decimal with two digits after the point is stored as a whole number of hundredths.
    private static Int128 Hundredths(Decimal128Array column, int row) => BinaryPrimitives.ReadInt128LittleEndian(column.GetBytes(row));
}

/// <summary>Puts the groups of all partitions in order: the run's result.</summary>
public sealed class Sort : ITask
{
    public Schema Schema => Q1Result.Schema;

    public async IAsyncEnumerable<RecordBatch> RunAsync(
        TaskContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rows = new List<RecordBatch>();
        await foreach (var batch in context.Input.ReadAsync(cancellationToken))
        {
            rows.AddRange(Enumerable.Range(0, batch.Length).Select(row => batch.Slice(row, 1)));
        }

        foreach (var row in rows.OrderBy(row => Text(row, 0), StringComparer.Ordinal).ThenBy(row => Text(row, 1), StringComparer.Ordinal))
        {
            yield return row;
        }
    }

    private static string Text(RecordBatch row, int column) => ((StringArray)row.Column(column)).GetString(0)!;
}

/// <summary>The sums of one group, in units of the last digit.</summary>
public sealed class Q1Sums
{
    public Int128 Quantity { get; private set; }

    public Int128 Price { get; private set; }

    public Int128 Discount { get; private set; }

    public Int128 DiscountedPrice { get; private set; }

    public Int128 Charge { get; private set; }

    public long Count { get; private set; }

    /// <summary>Adds a row; all arguments in hundredths.</summary>
    public void Add(Int128 quantity, Int128 price, Int128 discount, Int128 tax)
    {
        var discounted = price * (100 - discount);
        Quantity += quantity;
        Price += price;
        Discount += discount;
        DiscountedPrice += discounted;
        Charge += discounted * (100 + tax);
        Count++;
    }
}

/// <summary>The columns of the report.</summary>
public static class Q1Result
{
    private static readonly Decimal128Type Scale2 = new(38, 2);
    private static readonly Decimal128Type Scale4 = new(38, 4);
    private static readonly Decimal128Type Scale6 = new(38, 6);

    public static Schema Schema { get; } = new(
    [
        new Field("l_returnflag", StringType.Default, nullable: false),
        new Field("l_linestatus", StringType.Default, nullable: false),
        new Field("sum_qty", Scale2, nullable: false),
        new Field("sum_base_price", Scale2, nullable: false),
        new Field("sum_disc_price", Scale4, nullable: false),
        new Field("sum_charge", Scale6, nullable: false),
        new Field("avg_qty", DoubleType.Default, nullable: false),
        new Field("avg_price", DoubleType.Default, nullable: false),
        new Field("avg_disc", DoubleType.Default, nullable: false),
        new Field("count_order", Int64Type.Default, nullable: false),
    ]);

    public static RecordBatch Build(IReadOnlyDictionary<(string Flag, string Status), Q1Sums> groups) => new(
        Schema,
        [
            new StringArray.Builder().AppendRange(groups.Keys.Select(key => key.Flag)).Build(),
            new StringArray.Builder().AppendRange(groups.Keys.Select(key => key.Status)).Build(),
            Decimals(Scale2, groups.Values.Select(sums => sums.Quantity)),
            Decimals(Scale2, groups.Values.Select(sums => sums.Price)),
            Decimals(Scale4, groups.Values.Select(sums => sums.DiscountedPrice)),
            Decimals(Scale6, groups.Values.Select(sums => sums.Charge)),
            Averages(groups.Values.Select(sums => (sums.Quantity, sums.Count))),
            Averages(groups.Values.Select(sums => (sums.Price, sums.Count))),
            Averages(groups.Values.Select(sums => (sums.Discount, sums.Count))),
            new Int64Array.Builder().AppendRange(groups.Values.Select(sums => sums.Count)).Build(),
        ],
        groups.Count);

    private static Decimal128Array Decimals(Decimal128Type type, IEnumerable<Int128> values)
    {
        var builder = new Decimal128Array.Builder(type);
        foreach (var value in values)
        {
            builder.AppendUnscaled(value);
        }

        return builder.Build();
    }

    private static DoubleArray Averages(IEnumerable<(Int128 Hundredths, long Count)> sums) =>
        new DoubleArray.Builder().AppendRange(sums.Select(sum => (double)sum.Hundredths / (sum.Count * 100.0))).Build();
}
