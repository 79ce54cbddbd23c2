using Executor.Arrow;

namespace Executor.Sdk.Tests.Examples;

/// <summary>A row of the generated table, money as decimals.</summary>
internal sealed record LineitemRow(
    long OrderKey,
    int PartKey,
    int SupplierKey,
    int LineNumber,
    decimal Quantity,
    decimal ExtendedPrice,
    decimal Discount,
    decimal Tax,
    string ReturnFlag,
    string LineStatus,
    DateOnly ShipDate,
    DateOnly CommitDate,
    DateOnly ReceiptDate,
    string ShipInstruction,
    string ShipMode,
    string Comment)
{
    /// <summary>What the task generates with these parameters, instance after instance.</summary>
    public static async Task<List<LineitemRow>> GenerateAsync(string scaleFactor, int instances, int seed = 1) =>
        [.. (await GenerateBatchesAsync(scaleFactor, instances, seed)).SelectMany(Of)];

    public static async Task<List<RecordBatch>> GenerateBatchesAsync(string scaleFactor, int instances, int seed = 1)
    {
        var batches = new List<RecordBatch>();
        for (var index = 0; index < instances; index++)
        {
            var context = new TaskContext
            {
                Index = index,
                Parameters = new TaskParameters(new Dictionary<string, string>
                {
                    ["sf"] = scaleFactor,
                    ["instances"] = $"{instances}",
                    ["seed"] = $"{seed}",
                }),
            };
            batches.AddRange(await new Lineitem().RunAsync(context, CancellationToken.None).ToListAsync());
        }

        return batches;
    }

    private static IEnumerable<LineitemRow> Of(RecordBatch batch) => Enumerable.Range(0, batch.Length).Select(row => new LineitemRow(
        ((Int64Array)batch.Column("l_orderkey")).Values[row],
        ((Int32Array)batch.Column("l_partkey")).Values[row],
        ((Int32Array)batch.Column("l_suppkey")).Values[row],
        ((Int32Array)batch.Column("l_linenumber")).Values[row],
        ((Decimal128Array)batch.Column("l_quantity")).GetValue(row)!.Value,
        ((Decimal128Array)batch.Column("l_extendedprice")).GetValue(row)!.Value,
        ((Decimal128Array)batch.Column("l_discount")).GetValue(row)!.Value,
        ((Decimal128Array)batch.Column("l_tax")).GetValue(row)!.Value,
        ((StringArray)batch.Column("l_returnflag")).GetString(row)!,
        ((StringArray)batch.Column("l_linestatus")).GetString(row)!,
        ((Date32Array)batch.Column("l_shipdate")).GetDateOnly(row)!.Value,
        ((Date32Array)batch.Column("l_commitdate")).GetDateOnly(row)!.Value,
        ((Date32Array)batch.Column("l_receiptdate")).GetDateOnly(row)!.Value,
        ((StringArray)batch.Column("l_shipinstruct")).GetString(row)!,
        ((StringArray)batch.Column("l_shipmode")).GetString(row)!,
        ((StringArray)batch.Column("l_comment")).GetString(row)!));
}
