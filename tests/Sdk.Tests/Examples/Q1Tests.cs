using System.Diagnostics;
using System.Globalization;
using Executor.Arrow;
using Executor.TestKit;
using Xunit;

namespace Executor.Sdk.Tests.Examples;

/// <summary>Query 1 by the example's tasks against other ways to compute it.</summary>
public sealed class Q1Tests
{
    private static readonly DateOnly LastShipDate = new(1998, 9, 2);

    [Fact]
    public async Task It_is_what_a_plain_computation_gives()
    {
        var rows = await LineitemRow.GenerateAsync("0.001", 1);
        var expected = rows
            .Where(row => row.ShipDate <= LastShipDate)
            .GroupBy(row => (row.ReturnFlag, row.LineStatus))
            .OrderBy(group => group.Key.ReturnFlag, StringComparer.Ordinal).ThenBy(group => group.Key.LineStatus, StringComparer.Ordinal)
            .Select(group => string.Join('|',
                group.Key.ReturnFlag,
                group.Key.LineStatus,
                Fixed(group.Sum(row => row.Quantity), 2),
                Fixed(group.Sum(row => row.ExtendedPrice), 2),
                Fixed(group.Sum(row => row.ExtendedPrice * (1 - row.Discount)), 4),
                Fixed(group.Sum(row => row.ExtendedPrice * (1 - row.Discount) * (1 + row.Tax)), 6),
                Rounded((double)group.Average(row => row.Quantity)),
                Rounded((double)group.Average(row => row.ExtendedPrice)),
                Rounded((double)group.Average(row => row.Discount)),
                group.Count()))
            .ToList();
        Assert.Equal(4, expected.Count);
        Assert.Equal(expected, Text(await RunAsync(await LineitemRow.GenerateBatchesAsync("0.001", 3))));
    }

    [Fact]
    public async Task An_empty_partition_is_an_empty_result()
    {
        Assert.Empty(await RunAsync([]));
        var all = await LineitemRow.GenerateBatchesAsync("0.001", 1);
        Assert.Empty(await RunAsync([all[0].Slice(0, 0)]));
    }

    [Fact]
    public async Task It_is_what_DuckDB_gives()
    {
        var python = ExternalPart.Locate(ExternalPart.PyArrow);
        var duckDb = ExternalPart.Locate(ExternalPart.DuckDb);
        var folder = Directory.CreateTempSubdirectory("executor-q1-");
        try
        {
            var batches = await LineitemRow.GenerateBatchesAsync("0.01", 2);
            File.WriteAllBytes(Path.Combine(folder.FullName, "lineitem.arrows"), HostProcess.ArrowBytes([.. batches]));
            const string Convert = """
                import pyarrow.ipc, pyarrow.parquet
                pyarrow.parquet.write_table(pyarrow.ipc.open_stream('lineitem.arrows').read_all(), 'lineitem.parquet')
                """;
            await CommandAsync(python, folder, "-c", Convert);
            const string Query = """
                select l_returnflag, l_linestatus, sum(l_quantity), sum(l_extendedprice), sum(l_extendedprice * (1 - l_discount)),
                  sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)), avg(l_quantity), avg(l_extendedprice), avg(l_discount), count(*)
                from 'lineitem.parquet' where l_shipdate <= date '1998-12-01' - interval '90' day
                group by l_returnflag, l_linestatus order by l_returnflag, l_linestatus
                """;
            var answer = await CommandAsync(duckDb, folder, "-noheader", "-list", "-c", Query);
            var expected = answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => string.Join('|', line.Split('|')
                .Select((cell, column) => column is >= 6 and <= 8 ? Rounded(double.Parse(cell, CultureInfo.InvariantCulture)) : cell)));
            Assert.Equal(expected, Text(await RunAsync(batches)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Partitions the rows by group, sums up each partition by itself and sorts: what the workflow does.</summary>
    private static async Task<List<RecordBatch>> RunAsync(List<RecordBatch> lineitem)
    {
        var groups = new List<RecordBatch>();
        foreach (var partition in Partition(lineitem))
        {
            groups.AddRange(await RunAsync(new Aggregate(), "generate.lineitem", LineitemColumns.Schema, partition));
        }

        return await RunAsync(new Sort(), "aggregate.groups", Q1Result.Schema, groups);
    }

    private static async Task<List<RecordBatch>> RunAsync(ITask task, string input, Arrow.Types.Schema schema, List<RecordBatch> batches)
    {
        var context = new TaskContext([new TaskInput(input, schema, batches.ToAsyncEnumerable())]);
        return await task.RunAsync(context, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
    }

    private static List<List<RecordBatch>> Partition(List<RecordBatch> batches)
    {
        var partitions = new Dictionary<string, List<RecordBatch>> { ["none"] = [] };
        foreach (var batch in batches)
        {
            var keys = Enumerable.Range(0, batch.Length)
                .GroupBy(row => ((StringArray)batch.Column("l_returnflag")).GetString(row) == "N" ? "N" : "R or A");
            foreach (var key in keys)
            {
                partitions.TryAdd(key.Key, []);
                partitions[key.Key].Add(Arrow.Compute.ArrowArrayTake.Take(batch, key.ToArray()));
            }
        }

        return [.. partitions.Values];
    }

    private static List<string> Text(List<RecordBatch> batches) => [.. batches.SelectMany(batch => Enumerable.Range(0, batch.Length)
        .Select(row => string.Join('|', batch.Arrays.Select(column => column switch
        {
            StringArray text => text.GetString(row)!,
            Decimal128Array number => number.GetString(row)!,
            DoubleArray number => Rounded(number.Values[row]),
            _ => $"{((Int64Array)column).Values[row]}",
        }))))];

    private static string Fixed(decimal value, int digits) => value.ToString($"F{digits}", CultureInfo.InvariantCulture);

    private static string Rounded(double value) => value.ToString("G14", CultureInfo.InvariantCulture);

    private static async Task<string> CommandAsync(string file, DirectoryInfo folder, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await errors);
        return output;
    }
}
