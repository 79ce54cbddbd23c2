using Xunit;

namespace Executor.Sdk.Tests.Examples;

/// <summary>The generated table against the rules of TPC-H, clause 4.2.3.</summary>
public sealed class LineitemTests(LineitemTests.Table table) : IClassFixture<LineitemTests.Table>
{
    private const int Orders = 15_000;
    private const int Parts = 2_000;
    private const int Suppliers = 100;

    private List<LineitemRow> Rows => table.Rows;

    [Fact]
    public void There_are_one_to_seven_lines_an_order_numbered_from_one()
    {
        Assert.InRange(Rows.Count, 59_000, 61_000);
        var orders = Rows.GroupBy(row => row.OrderKey).ToList();
        Assert.Equal(Orders, orders.Count);
        Assert.All(orders, order => Assert.Equal(Enumerable.Range(1, order.Count()), order.Select(row => row.LineNumber)));
        AssertUniform(orders.Select(order => order.Count()), 1, 7);
    }

    [Fact]
    public void Order_keys_are_the_first_8_of_every_32()
    {
        var keys = Rows.Select(row => row.OrderKey).Distinct().ToList();
        Assert.All(keys, key => Assert.InRange(key % 32, 0, 7));
        Assert.InRange(keys.Max(), Orders * 4 - 32, Orders * 4);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 32, 33], keys.Take(9));
    }

    [Fact]
    public void Prices_follow_from_part_and_quantity() => Assert.All(Rows, row =>
    {
        var retail = (90_000 + (row.PartKey / 10 % 20_001) + (100 * (row.PartKey % 1_000))) / 100m;
        Assert.Equal(row.Quantity * retail, row.ExtendedPrice);
    });

    [Fact]
    public void Suppliers_are_the_four_of_the_part()
    {
        Assert.All(Rows, row => Assert.Contains(
            row.SupplierKey,
            Enumerable.Range(0, 4).Select(i => ((row.PartKey + (i * ((Suppliers / 4) + ((row.PartKey - 1) / Suppliers)))) % Suppliers) + 1)));
        Assert.Equal(Suppliers, Rows.Select(row => row.SupplierKey).Distinct().Count());
        Assert.All(Rows.GroupBy(row => row.PartKey), part => Assert.InRange(part.Select(row => row.SupplierKey).Distinct().Count(), 2, 4));
    }

    [Fact]
    public void Numbers_are_evenly_spread_over_their_ranges()
    {
        AssertUniform(Rows.Select(row => (int)row.Quantity), 1, 50);
        AssertUniform(Rows.Select(row => (int)(row.Discount * 100)), 0, 10);
        AssertUniform(Rows.Select(row => (int)(row.Tax * 100)), 0, 8);
        AssertUniform(Rows.Select(row => row.PartKey / 100), 0, Parts / 100, edges: false);
        AssertUniform(Rows.Select(row => row.Comment.Length), 10, 43);
    }

    [Fact]
    public void Dates_keep_their_distances()
    {
        var current = new DateOnly(1995, 6, 17);
        Assert.All(Rows, row =>
        {
            // The order's date is not in the table; it lies 1 to 121 days before shipping and 30 to 90 before the commitment.
            var earliest = Math.Max(row.ShipDate.DayNumber - 121, row.CommitDate.DayNumber - 90);
            var latest = Math.Min(row.ShipDate.DayNumber - 1, row.CommitDate.DayNumber - 30);
            Assert.True(earliest <= latest);
            Assert.InRange(row.ShipDate, new DateOnly(1992, 1, 2), new DateOnly(1998, 12, 1));
            Assert.InRange(row.ReceiptDate.DayNumber - row.ShipDate.DayNumber, 1, 30);
            Assert.Equal(row.ShipDate > current ? "O" : "F", row.LineStatus);
            Assert.Contains(row.ReturnFlag, row.ReceiptDate <= current ? new[] { "R", "A" } : ["N"]);
        });
        AssertUniform(Rows.Select(row => row.ReceiptDate.DayNumber - row.ShipDate.DayNumber), 1, 30);
        AssertUniform(Rows.Where(row => row.ReturnFlag != "N").Select(row => row.ReturnFlag == "R" ? 1 : 0), 0, 1);
        Assert.All(Rows.GroupBy(row => row.OrderKey), order => Assert.True(
            order.Max(row => Math.Max(row.ShipDate.DayNumber - 121, row.CommitDate.DayNumber - 90))
            <= order.Min(row => Math.Min(row.ShipDate.DayNumber - 1, row.CommitDate.DayNumber - 30))));
    }

    [Fact]
    public void Instructions_and_modes_are_those_of_the_specification()
    {
        string[] instructions = ["COLLECT COD", "DELIVER IN PERSON", "NONE", "TAKE BACK RETURN"];
        string[] modes = ["AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK"];
        AssertUniform(Rows.Select(row => Array.IndexOf(instructions, row.ShipInstruction)), 0, 3);
        AssertUniform(Rows.Select(row => Array.IndexOf(modes, row.ShipMode)), 0, 6);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public async Task The_number_of_instances_does_not_matter(int instances) =>
        Assert.Equal(Rows, await LineitemRow.GenerateAsync("0.01", instances));

    [Fact]
    public async Task Another_seed_is_another_table_with_the_same_orders()
    {
        var other = await LineitemRow.GenerateAsync("0.01", 1, seed: 2);
        Assert.Equal(Rows.Select(row => row.OrderKey).Distinct(), other.Select(row => row.OrderKey).Distinct());
        Assert.NotEqual(Rows.Take(100), other.Take(100));
    }

    [Fact]
    public async Task Batches_have_about_16_thousand_rows()
    {
        var batches = await LineitemRow.GenerateBatchesAsync("0.01", 1);
        Assert.All(batches.SkipLast(1), batch => Assert.InRange(batch.Length, 16 * 1024, (16 * 1024) + 6));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("20000")]
    public async Task An_impossible_scale_factor_is_refused(string scaleFactor) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => LineitemRow.GenerateAsync(scaleFactor, 1));

    /// <summary>
    /// All values of the range occur, each as often as expected within six standard deviations; without edges, the lowest and the highest
    /// one stand for fewer numbers than the others and are not counted.
    /// </summary>
    private static void AssertUniform(IEnumerable<int> values, int low, int high, bool edges = true)
    {
        var counts = values.CountBy(value => value).ToDictionary();
        Assert.Equal(Enumerable.Range(low, high - low + 1), counts.Keys.Order());
        var expected = (double)counts.Values.Sum() / counts.Count;
        foreach (var (value, count) in counts)
        {
            if (edges || (value != low && value != high))
            {
                var tolerance = (6 * Math.Sqrt(expected)) + (edges ? 0 : expected / 10);
                Assert.InRange(count, expected - tolerance, expected + tolerance);
            }
        }
    }

    /// <summary>The table at scale factor 0.01, generated once.</summary>
    public sealed class Table : IAsyncLifetime
    {
        internal List<LineitemRow> Rows { get; private set; } = [];

        public async ValueTask InitializeAsync() => Rows = await LineitemRow.GenerateAsync("0.01", 1);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
