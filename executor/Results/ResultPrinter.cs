using Executor.Arrow.Types;
using Executor.Contracts.Records;
using Executor.Rendering;
using Executor.Shuffle.Channel;

namespace Executor.Results;

/// <summary>Shows a sealed output as a table for people.</summary>
internal static class ResultPrinter
{
    /// <summary>The most rows shown.</summary>
    public const int MaxRows = 40;

    private const int MaxCellLength = 60;

    /// <summary>Writes the first <see cref="MaxRows"/> rows and says how many more there are.</summary>
    public static async Task PrintAsync(
        IShuffleChannel channel,
        SealId seal,
        SealRecord record,
        TextWriter writer,
        CancellationToken cancellationToken)
    {
        var schema = ResultReader.SchemaOf(record);
        var table = new List<string[]>();
        var rows = record.Partitions.Sum(partition => partition.Rows);
        var shown = 0;
        await foreach (var batch in ResultReader.ReadAsync(channel, seal, record, cancellationToken))
        {
            for (var row = 0; row < batch.Length && shown < MaxRows; row++, shown++)
            {
                table.Add([.. Enumerable.Range(0, batch.ColumnCount).Select(column => Shorten(CellText.Of(batch.Column(column), row) ?? ""))]);
            }

            if (shown == MaxRows)
            {
                break;
            }
        }

        TextTable.Write(writer, [.. schema.FieldsList.Select(field => new TextColumn(field.Name, IsNumber(field.DataType)))], table);
        if (rows > shown)
        {
            writer.WriteLine($"... and {rows - shown} more rows; --results DIR writes all of them");
        }
    }

    private static string Shorten(string text) => text.Length <= MaxCellLength ? text : text[..(MaxCellLength - 3)] + "...";

    private static bool IsNumber(IArrowType type) => type.TypeId is
        ArrowTypeId.Int8 or ArrowTypeId.Int16 or ArrowTypeId.Int32 or ArrowTypeId.Int64
        or ArrowTypeId.UInt8 or ArrowTypeId.UInt16 or ArrowTypeId.UInt32 or ArrowTypeId.UInt64
        or ArrowTypeId.HalfFloat or ArrowTypeId.Float or ArrowTypeId.Double
        or ArrowTypeId.Decimal32 or ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 or ArrowTypeId.Decimal256;
}
