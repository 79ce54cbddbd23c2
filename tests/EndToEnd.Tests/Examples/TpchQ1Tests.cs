using System.Globalization;
using EndToEnd.Tests.Harness;
using Executor.TestKit;
using Executor.TestKit.Parts;
using Executor.TestKit.Processes;
using Xunit;

namespace EndToEnd.Tests.Examples;

/// <summary>
/// TPC-H's query 1: what the workflow answers is what others make of the very rows that it generated, which are exported as a further result.
/// </summary>
public sealed class TpchQ1Tests : IAsyncLifetime
{
    private readonly Workspace _workspace = new();

    public ValueTask InitializeAsync()
    {
        foreach (var source in new[] { "Lineitem.cs", "Q1.cs" })
        {
            _workspace.Write(source, File.ReadAllText(Example(source)));
        }

        _workspace.Write("q1.yaml", File.ReadAllText(Example("q1.yaml")).Replace(
            "results: [sort.table]", "results: [sort.table, generate.lineitem]", StringComparison.Ordinal));
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();

    [Fact]
    public async Task At_scale_factor_0_01_the_answer_is_the_sum_over_the_exported_rows()
    {
        await RunAsync("0.01", "csv");

        var rows = (await File.ReadAllLinesAsync(_workspace.PathOf("results", "generate.lineitem.csv"), TestContext.Current.CancellationToken))
            .Skip(1).Select(line => line.Split(',')).ToList();
        var answer = (await File.ReadAllLinesAsync(_workspace.PathOf("results", "sort.table.csv"), TestContext.Current.CancellationToken)).Skip(1);

        Assert.InRange(rows.Count, 55_000, 65_000);
        Assert.Equal(Answer(rows), answer);
    }

    [Fact]
    public async Task At_scale_factor_1_every_cell_of_the_answer_is_DuckDBs()
    {
        ExternalPart.Locate(ExternalPart.PyArrow);
        ExternalPart.Locate(ExternalPart.DuckDb);

        var result = await RunAsync("1", "arrow");

        var shuffled = long.Parse(await ToParquetAsync(), CultureInfo.InvariantCulture);
        var differences = await DuckDb.QueryAsync(
            $$"""
            create view lineitem as from read_parquet('{{_workspace.PathOf("lineitem.parquet")}}');
            create view ours as from read_parquet('{{_workspace.PathOf("table.parquet")}}');
            create table theirs as
              select l_returnflag, l_linestatus, sum(l_quantity) as sum_qty, sum(l_extendedprice) as sum_base_price,
                sum(l_extendedprice * (1 - l_discount)) as sum_disc_price,
                sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) as sum_charge,
                sum(l_quantity)::double / count(*) as avg_qty, sum(l_extendedprice)::double / count(*) as avg_price,
                sum(l_discount)::double / count(*) as avg_disc, count(*) as count_order
              from lineitem where l_shipdate <= date '1998-12-01' - interval '90' day
              group by l_returnflag, l_linestatus;
            select 'rows' as what, (select count(*) from lineitem) as value
            union all select 'ours', (select count(*) from ours)
            union all select 'theirs', (select count(*) from theirs)
            union all select 'exact', (select count(*) from (
              select columns(* exclude (avg_qty, avg_price, avg_disc)) from ours intersect
              select columns(* exclude (avg_qty, avg_price, avg_disc)) from theirs))
            union all select 'averages', (select count(*) from ours join theirs using (l_returnflag, l_linestatus)
              where abs(ours.avg_qty - theirs.avg_qty) < 1e-9 and abs(ours.avg_price - theirs.avg_price) < 1e-6 and abs(ours.avg_disc - theirs.avg_disc) < 1e-12)
            """,
            TestContext.Current.CancellationToken);

        var counts = differences.ToDictionary(row => row["what"].GetString()!, row => row["value"].GetInt64());
        Assert.InRange(counts["rows"], 5_990_000, 6_010_000);
        Assert.Equal(4, counts["theirs"]);
        Assert.Equal(4, counts["ours"]);
        Assert.Equal(4, counts["exact"]);
        Assert.Equal(4, counts["averages"]);
        AssertShuffled(result, counts["rows"], shuffled);
    }

    /// <summary>What one side wrote the other read, and it is about as much as the columns' bytes in Arrow's own implementation.</summary>
    private static void AssertShuffled(ProgramResult result, long rows, long columnBytes)
    {
        var events = RunEvents.Parse(result);
        var accounts = events.Named("finished").Single().GetProperty("accounts").EnumerateArray().ToDictionary(t => t.Text("task")!);
        var lineitem = events.Named("output").Single(output => output.Text("output") == "generate.lineitem");

        Assert.Equal(rows, lineitem.Number("rows"));
        Assert.Equal(rows, accounts["generate"].Number("outputRows"));
        Assert.Equal(rows, accounts["aggregate"].Number("inputRows"));
        Assert.Equal(lineitem.Number("bytes"), accounts["generate"].Number("outputBytes"));
        Assert.Equal(lineitem.Number("bytes"), accounts["aggregate"].Number("inputBytes"));
        Assert.InRange(lineitem.Number("bytes")!.Value, columnBytes, columnBytes * 5 / 4);
    }

    private async Task<ProgramResult> RunAsync(string scaleFactor, string format) => (await _workspace.ExecutorAsync(
        "run", _workspace.PathOf("q1.yaml"), "--parameter", $"sf={scaleFactor}", "--output", "json",
        "--results", _workspace.PathOf("results"), "--format", format)).Expect(0);

    /// <summary>Converts both results for DuckDB, which reads no Arrow files; returns how many bytes the columns of lineitem have in memory.</summary>
    private Task<string> ToParquetAsync() => PyArrow.RunAsync(
        """
        import sys, pyarrow as pa, pyarrow.parquet as pq
        folder = sys.argv[1]
        total = 0
        for source, target in (('generate.lineitem', 'lineitem'), ('sort.table', 'table')):
            with pa.memory_map(f'{folder}/results/{source}.arrow') as file, pa.ipc.open_file(file) as reader:
                keep = [n for n in reader.schema.names if not n.endswith(('key', 'comment', 'instruct', 'mode'))]
                schema = pa.schema([reader.schema.field(n) for n in keep])
                with pq.ParquetWriter(f'{folder}/{target}.parquet', schema) as writer:
                    for i in range(reader.num_record_batches):
                        batch = reader.get_batch(i)
                        batch.validate(full=True)
                        total += batch.nbytes if target == 'lineitem' else 0
                        writer.write_batch(batch.select(keep))
        print(total)
        """,
        TestContext.Current.CancellationToken,
        _workspace.PathOf());

    private static IEnumerable<string> Answer(IEnumerable<string[]> rows) => rows
        .Where(row => string.CompareOrdinal(row[10], "1998-09-02") <= 0)
        .GroupBy(row => (Flag: row[8], Status: row[9]))
        .OrderBy(group => group.Key.Flag, StringComparer.Ordinal).ThenBy(group => group.Key.Status, StringComparer.Ordinal)
        .Select(group => string.Join(',', Cells([.. group])));

    // The columns of the export: 4 quantity, 5 extended price, 6 discount, 7 tax, 8 return flag, 9 line status, 10 ship date.
    private static IEnumerable<string> Cells(IReadOnlyList<string[]> group)
    {
        var quantity = group.Sum(row => Decimal(row[4]));
        var price = group.Sum(row => Decimal(row[5]));
        var discount = group.Sum(row => Decimal(row[6]));
        yield return group[0][8];
        yield return group[0][9];
        yield return quantity.ToString("0.00", CultureInfo.InvariantCulture);
        yield return price.ToString("0.00", CultureInfo.InvariantCulture);
        yield return group.Sum(row => Decimal(row[5]) * (1 - Decimal(row[6]))).ToString("0.0000", CultureInfo.InvariantCulture);
        yield return group.Sum(row => Decimal(row[5]) * (1 - Decimal(row[6])) * (1 + Decimal(row[7]))).ToString("0.000000", CultureInfo.InvariantCulture);
        foreach (var sum in new[] { quantity, price, discount })
        {
            // One division of an exact sum, as the example does it.
            yield return ((double)(sum * 100) / (group.Count * 100.0)).ToString("R", CultureInfo.InvariantCulture);
        }

        yield return group.Count.ToString(CultureInfo.InvariantCulture);
    }

    private static decimal Decimal(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static string Example(string file) => Repository.PathOf("examples", "tpch", file);
}
