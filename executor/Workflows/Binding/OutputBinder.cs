using System.Globalization;
using Executor.Contracts.Descriptors;
using Executor.Workflows.Errors;
using Executor.Workflows.Model;
using Executor.Workflows.Values;
using Executor.Workflows.Yaml;

namespace Executor.Workflows.Binding;

/// <summary>Binds the outputs of a task and how their rows are spread.</summary>
internal sealed class OutputBinder(ValueReader values, TemplateReader templates)
{
    /// <summary>The one column of an output of lines.</summary>
    private const string LineColumn = "line";

    /// <summary>Binds <c>arrow</c> or <c>lines</c>.</summary>
    public static DataFormat? Format(ValueReader values, Field? field) => values.Choice(field, "arrow", "lines")?.Value switch
    {
        null => null,
        "arrow" => DataFormat.Arrow,
        _ => DataFormat.Lines,
    };

    /// <summary>Binds the list.</summary>
    public IReadOnlyList<OutputSpec> Bind(Field? field) =>
        [.. values.List(field, "a list of outputs such as {name: sales}", Limits.ShortList).Select(BindOutput).OfType<OutputSpec>()];

    private OutputSpec? BindOutput(Field field)
    {
        if (values.Fields(field, "a mapping such as {name: sales}") is not { } fields)
        {
            return null;
        }

        var name = values.Name(fields.Required("name", "the output's name"));
        var format = Format(values, fields.Optional("format")) ?? DataFormat.Arrow;
        var partitioning = BindPartitioning(fields.Optional("partitionBy"), format);
        fields.RefuseOthers(new Dictionary<string, string> { ["partitions"] = "the number of partitions stands in 'partitionBy'" });
        return new OutputSpec(name, format, partitioning);
    }

    private PartitioningSpec? BindPartitioning(Field? field, DataFormat format)
    {
        if (values.Fields(field, "a mapping such as {hash: [region], partitions: 8}") is not { } fields)
        {
            return null;
        }

        var hash = fields.Optional("hash");
        var range = fields.Optional("range");
        var roundRobin = fields.Optional("roundRobin");
        var broadcast = fields.Optional("broadcast");
        var partitions = templates.Parameters(fields.Optional("partitions"), $"a whole number from 1 to {Limits.Partitions}");
        fields.RefuseOthers();
        if (!values.ExactlyOne(field!.At, fields, "hash", "range", "roundRobin", "broadcast"))
        {
            return null;
        }

        if (range is null && !fields.Has("partitions"))
        {
            values.Diagnostics.Add(
                field.At with { Path = field.Path + ".partitions" }, $"missing, expected a whole number from 1 to {Limits.Partitions}");
        }

        if (hash is not null)
        {
            return new PartitioningSpec(PartitioningKind.Hash, BindColumns(hash, format), [], partitions);
        }

        if (range is not null)
        {
            return BindRange(range, format, partitions);
        }

        values.OnlyTrue((roundRobin ?? broadcast)!);
        return new PartitioningSpec(roundRobin is null ? PartitioningKind.Broadcast : PartitioningKind.RoundRobin, [], [], partitions);
    }

    private List<string> BindColumns(Field field, DataFormat format)
    {
        var columns = new List<string>();
        foreach (var column in values.Texts(field, "the name of a column", Limits.ShortList))
        {
            RequireColumn(column, format);
            if (columns.Contains(column.Value))
            {
                values.Diagnostics.Add(column.At, $"found the column {Quoted.Text(column.Value)} again");
            }

            columns.Add(column.Value);
        }

        if (field.Node is YamlList { Items.Count: 0 })
        {
            values.Diagnostics.Add(field.At, "found an empty list, expected the names of the key columns");
        }

        return columns;
    }

    private PartitioningSpec? BindRange(Field range, DataFormat format, Located<Template>? partitions)
    {
        if (values.Fields(range, "a mapping such as {column: day, bounds: [10, 20]}") is not { } fields)
        {
            return null;
        }

        var column = values.NonEmptyText(fields.Required("column", "the name of a column"), "the name of a column");
        var boundsField = fields.Required("bounds", "the lower bounds of the second partition and those after it");
        var bounds = values.List(boundsField, "a list of values", Limits.Partitions - 1)
            .Select(f => values.Text(f, "a value of the column", Limits.ItemBytes)).OfType<Located<string>>().ToList();
        fields.RefuseOthers();
        if (column is not null)
        {
            RequireColumn(column, format);
        }

        RequireAscending(bounds);
        return column is null
            ? null
            : new PartitioningSpec(PartitioningKind.Range, [column.Value], [.. bounds.Select(b => b.Value)], partitions);
    }

    private void RequireColumn(Located<string> column, DataFormat format)
    {
        if (format == DataFormat.Lines && column.Value != LineColumn)
        {
            values.Diagnostics.Add(
                column.At,
                $"found {Quoted.Text(column.Value)}, expected '{LineColumn}', the only column of an output with the format lines");
        }
    }

    /// <summary>The column's type is not known here, so bounds are refused only if they ascend neither as numbers nor as texts.</summary>
    private void RequireAscending(List<Located<string>> bounds)
    {
        for (var i = 1; i < bounds.Count; i++)
        {
            var (lower, upper) = (bounds[i - 1].Value, bounds[i].Value);
            var asTexts = string.CompareOrdinal(lower, upper) < 0;
            var asNumbers = decimal.TryParse(lower, CultureInfo.InvariantCulture, out var a)
                && decimal.TryParse(upper, CultureInfo.InvariantCulture, out var b) && a < b;
            if (!asTexts && !asNumbers)
            {
                values.Diagnostics.Add(bounds[i].At, $"found {Quoted.Text(upper)} after {Quoted.Text(lower)}, expected ascending bounds");
            }
        }
    }
}
