using System.Globalization;
using Executor.Contracts.Descriptors;
using Executor.Planning;
using Executor.Rendering;
using Executor.Workflows.Values;

namespace Executor.Cli;

/// <summary>A plan for people: one row for each task in the order of the plan.</summary>
internal static class PlanText
{
    /// <summary>Writes it.</summary>
    public static void Write(RunPlan plan, TextWriter writer)
    {
        var atLeast = plan.Tasks.Any(t => t.Split is not null) ? "at least " : "";
        var instances = atLeast + Counted(plan.Tasks.Sum(t => (long)t.Instances), "instance");
        writer.WriteLine($"{plan.Workflow}: {Counted(plan.Tasks.Count, "task")}, {instances}{Parallelism(plan)}");
        foreach (var (name, value) in plan.Parameters)
        {
            writer.WriteLine($"parameter {name} = {value}");
        }

        writer.WriteLine();
        TextTable.Write(
            writer,
            ["TASK", "INSTANCES", "AFTER", "READS", "WRITES", "CPU", "MEMORY", "TIMEOUT", "RETRIES"],
            [.. plan.Tasks.Select(t => Row(plan, t))]);
        if (plan.Results.Count > 0)
        {
            writer.WriteLine();
            writer.WriteLine($"results: {string.Join(", ", plan.Results)}");
        }
    }

    private static string Parallelism(RunPlan plan) =>
        plan.MaxParallelTasks is { } max ? string.Create(CultureInfo.InvariantCulture, $", at most {max} at a time") : "";

    private static string[] Row(RunPlan plan, PlannedTask task) =>
    [
        task.Name,
        task.Instances.ToString(CultureInfo.InvariantCulture) + (task.Split is null ? "" : "+"),
        List(task.DependsOn.Select(ordinal => plan.Tasks[ordinal].Name)),
        List(task.Inputs.Select(input => Input(input, task.Split))),
        List(task.Outputs.Select(Output)),
        string.Create(CultureInfo.InvariantCulture, $"{task.Resources.CpuMillicores}m"),
        Memory(task.Resources.MemoryBytes),
        task.Timeout is { } timeout ? Duration.Format(timeout) : "-",
        string.Create(CultureInfo.InvariantCulture, $"{task.Retries.Task}+{task.Retries.Infrastructure}"),
    ];

    private static string Input(PlannedInput input, PlannedSplit? split)
    {
        var read = input.Read switch
        {
            ReadMode.Partition => "partition",
            ReadMode.SameIndex => "same-index",
            _ => "all",
        };
        var above = split?.Over == input.From ? $" split above {Memory(split.AboveBytes)}" : "";
        return $"{input.From} ({read}{above}{(input.Stdin ? ", stdin" : "")})";
    }

    private static string Output(PlannedOutput output)
    {
        var (partitioning, keys) = (output.Partitioning, string.Join(' ', output.Partitioning.Columns));
        var rule = partitioning.Kind switch
        {
            PartitioningKind.Unpartitioned => null,
            PartitioningKind.Hash => $"hash {keys}",
            PartitioningKind.Range => $"range {keys}",
            PartitioningKind.RoundRobin => "round robin",
            _ => "broadcast",
        };
        string?[] details = [rule is null ? null : $"{rule}, {Counted(partitioning.Count, "partition")}", output.Stdout ? "stdout" : null];
        var shown = string.Join(", ", details.OfType<string>());
        return shown.Length == 0 ? output.Name : $"{output.Name} ({shown})";
    }

    private static string Memory(long bytes)
    {
        string[] units = ["", "Ki", "Mi", "Gi", "Ti"];
        var unit = 0;
        for (; unit < units.Length - 1 && bytes % 1024 == 0 && bytes > 0; unit++)
        {
            bytes /= 1024;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes}{units[unit]}");
    }

    private static string List(IEnumerable<string> texts) => string.Join(", ", texts) is { Length: > 0 } list ? list : "-";

    private static string Counted(long count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
