using Executor.Contracts.Descriptors;
using Executor.Workflows.Binding;
using Executor.Workflows.Errors;
using Executor.Workflows.Model;

namespace Executor.Planning;

/// <summary>Counts the partitions of outputs and the instances of tasks, and checks that what is read instance by instance fits.</summary>
internal sealed class FanOutCounter
{
    private readonly DiagnosticList _diagnostics;
    private readonly Dictionary<string, int?> _partitions = [];
    private readonly Dictionary<string, int?> _instances = [];
    private readonly HashSet<string> _split = [];

    private FanOutCounter(DiagnosticList diagnostics) => _diagnostics = diagnostics;

    /// <summary>Counts a whole workflow.</summary>
    public static FanOutCounter Count(Workflow workflow, SettledValues values, DiagnosticList diagnostics)
    {
        var counter = new FanOutCounter(diagnostics);
        foreach (var task in workflow.Tasks)
        {
            foreach (var output in task.Outputs)
            {
                counter._partitions.TryAdd($"{task.Name?.Value}.{output.Name?.Value}", counter.CountPartitions(output, values));
            }
        }

        foreach (var task in workflow.Tasks.Where(t => t.Name is not null))
        {
            counter._instances.TryAdd(task.Name!.Value, counter.CountInstances(task, values));
            if (task.FanOut?.SplitAbove is not null)
            {
                counter._split.Add(task.Name.Value);
            }
        }

        foreach (var task in workflow.Tasks.Where(t => t.Name is not null))
        {
            counter.CheckInputs(task);
        }

        return counter;
    }

    /// <summary>The partitions of the output <c>task.output</c>; null where that is not known.</summary>
    public int? Partitions(string output) => _partitions.GetValueOrDefault(output);

    /// <summary>The instances of a task, the fewest where partitions are split; null where that is not known.</summary>
    public int? Instances(string task) => _instances.GetValueOrDefault(task);

    private int? CountPartitions(OutputSpec output, SettledValues values)
    {
        if (output.Partitioning is not { } partitioning)
        {
            return 1;
        }

        var written = values.Integer(partitioning.Partitions, 1, Limits.Partitions);
        if (partitioning.Kind != PartitioningKind.Range)
        {
            return written;
        }

        var bounded = partitioning.Bounds.Count + 1;
        if (written is not null && written != bounded)
        {
            _diagnostics.Add(
                partitioning.Partitions!.At, $"found '{written}', expected {bounded}: {bounded - 1} bounds make {bounded} partitions");
        }

        return bounded;
    }

    private int? CountInstances(TaskSpec task, SettledValues values) => task.FanOut switch
    {
        null => 1,
        { Count: { } count } => values.Integer(count, 0, Limits.Instances),
        { Items: { } items } => items.Count,
        { Over: { } over } => Partitions(over.Value),
        _ => null,
    };

    private void CheckInputs(TaskSpec task)
    {
        if (Instances(task.Name!.Value) is not { } instances)
        {
            return;
        }

        foreach (var input in task.Inputs.Where(i => i.From is not null))
        {
            var from = input.From!.Value;
            if (input.Read is { Value: "partition" } partition && Partitions(from) is { } partitions && partitions != instances)
            {
                _diagnostics.Add(
                    partition.At,
                    $"found partition, but '{from}' has {Counted(partitions, "partition")} and the task has "
                    + $"{Counted(instances, "instance")}, expected equal numbers");
            }

            var producer = from.Split('.')[0];
            if (input.Read is { Value: "same-index" } unknown && new[] { task.Name!.Value, producer }.FirstOrDefault(_split.Contains) is { } split)
            {
                _diagnostics.Add(
                    unknown.At,
                    $"found same-index, but how many instances '{split}' has is known only at run time (fanOut.splitAbove), expected partition or all");
                continue;
            }

            if (input.Read is { Value: "same-index" } sameIndex && Instances(producer) is { } producers && producers != instances)
            {
                _diagnostics.Add(
                    sameIndex.At,
                    $"found same-index, but '{producer}' has {Counted(producers, "instance")} and the task has "
                    + $"{Counted(instances, "instance")}, expected equal numbers");
            }
        }
    }

    private static string Counted(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
