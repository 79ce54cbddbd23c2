using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Planning;

namespace Executor.Tests.Scheduling;

/// <summary>Builds plans for tests: every task has one output named "out" unless said otherwise.</summary>
internal static class Plans
{
    /// <summary>The memory that every task asks for.</summary>
    public const long Memory = 1 << 20;

    public static RunPlan Of(params PlannedTask[] tasks) => new()
    {
        Workflow = "test",
        Parameters = new Dictionary<string, string>(),
        Tasks = tasks,
        Results = [],
    };

    public static PlannedTask Task(string name, int instances, params int[] reads) => new()
    {
        Name = name,
        Instances = instances,
        Command = ["true"],
        Environment = new Dictionary<string, string>(),
        Inputs = [.. reads.Select(ordinal => new PlannedInput(new OutputId(NameOf(ordinal), "out"), ReadMode.All, DataFormat.Arrow, false))],
        Outputs = [new PlannedOutput("out", DataFormat.Arrow, false, new PartitioningDescriptor { Kind = PartitioningKind.Unpartitioned, Count = 1 })],
        DependsOn = [.. reads.Distinct().Order()],
        Resources = new ResourceLimits(100, Memory),
        Retries = new RetryBudget(),
    };

    /// <summary>The task reads the output of a task that it reads anyway in slices.</summary>
    public static PlannedTask Splitting(this PlannedTask task, int ordinal) =>
        task with { Instances = 1, Split = new PlannedSplit(new OutputId(NameOf(ordinal), "out"), 1) };

    public static PlannedTask WithRetries(this PlannedTask task, int ofTask, int ofInfrastructure) =>
        task with { Retries = new RetryBudget(ofTask, ofInfrastructure) };

    public static PlannedTask WithoutOutputs(this PlannedTask task) => task with { Outputs = [] };

    /// <summary>The name of the task with an ordinal, as <see cref="Chain"/> and random plans have it.</summary>
    public static string NameOf(int ordinal) => $"t{ordinal}";

    public static RunPlan Chain(params int[] instances) =>
        Of([.. instances.Select((count, i) => i == 0 ? Task(NameOf(0), count) : Task(NameOf(i), count, i - 1))]);
}
