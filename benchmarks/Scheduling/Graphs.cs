using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Planning;

namespace Executor.Benchmarks.Scheduling;

/// <summary>Plans whose tasks do nothing: what is left is scheduling.</summary>
internal static class Graphs
{
    internal const string OutputName = "rows";

    /// <summary>A chain of tasks that share the instances; every instance of a task reads all of the one before.</summary>
    internal static RunPlan Chain(int tasks, int instances) => new()
    {
        Workflow = "benchmark",
        Parameters = new Dictionary<string, string>(),
        Tasks = [.. Enumerable.Range(0, tasks).Select(ordinal => Task(ordinal, tasks, (instances / tasks) + (ordinal < instances % tasks ? 1 : 0)))],
        Results = [],
    };

    private static PlannedTask Task(int ordinal, int tasks, int instances) => new()
    {
        Name = $"stage-{ordinal}",
        Instances = instances,
        Command = ["true"],
        Environment = new Dictionary<string, string>(),
        Inputs = ordinal == 0 ? [] : [new PlannedInput(new OutputId($"stage-{ordinal - 1}", OutputName), ReadMode.All, DataFormat.Arrow, false)],
        Outputs = [new PlannedOutput(OutputName, DataFormat.Arrow, true, new PartitioningDescriptor { Kind = PartitioningKind.Unpartitioned, Count = 1 })],
        DependsOn = ordinal == 0 ? [] : [ordinal - 1],
        CriticalPath = tasks - ordinal,
        Resources = new ResourceLimits(100, 1 << 20),
        Retries = new RetryBudget(),
    };
}
