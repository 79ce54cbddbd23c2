using Executor.Arrow.Types;
using Executor.Contracts.Descriptors;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Partitioning;

/// <summary>Makes the partitioner that a descriptor asks for, once the output's schema is known.</summary>
internal static class RowPartitioners
{
    /// <summary>The partitioner; null where no row has to be looked at (one partition, or every row to all of them).</summary>
    /// <param name="output">The output.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="index">The producing instance's index.</param>
    /// <exception cref="AttemptFailedException">A key column is missing or of a type that cannot be a key.</exception>
    public static IRowPartitioner? Create(OutputDescriptor output, Schema schema, int index)
    {
        var partitioning = output.Partitioning;
        var columns = new int[partitioning.Columns.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = FindColumn(output.Name, schema, partitioning.Columns[i]);
        }

        return partitioning.Kind switch
        {
            _ when partitioning.Count == 1 => null,
            PartitioningKind.Hash => Hash(schema, columns, partitioning.Count),
            PartitioningKind.Range => new RangePartitioner(columns[0], schema.GetFieldByIndex(columns[0]), partitioning.Bounds),
            PartitioningKind.RoundRobin => new RoundRobinPartitioner(index, partitioning.Count),
            _ => null,
        };
    }

    private static HashPartitioner Hash(Schema schema, int[] columns, int count)
    {
        foreach (var column in columns)
        {
            var field = schema.GetFieldByIndex(column);
            if (!RowHash.Supports(field.DataType))
            {
                throw AttemptFailedException.InvalidOutput(
                    $"column '{field.Name}' is of type {field.DataType}, whose values cannot be keys of hash partitioning");
            }
        }

        return new HashPartitioner(columns, count);
    }

    private static int FindColumn(string output, Schema schema, string name) => schema.GetFieldIndex(name) is >= 0 and var index
        ? index
        : throw AttemptFailedException.InvalidOutput(
            $"output {output} is partitioned by column '{name}', which its schema does not have; it has: "
                + (schema.FieldsList.Count == 0 ? "no columns" : string.Join(", ", schema.FieldsList.Select(static field => $"'{field.Name}'"))));
}
