using System.Globalization;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Planning;
using Executor.TestKit.Kubernetes.FakeNodes;

namespace Executor.Benchmarks.ClusterScale;

/// <summary>Plans whose pods land on fake nodes and do nothing but read, write and commit.</summary>
internal static class ScalePlans
{
    /// <summary>The fake nodes that the pods select.</summary>
    internal const string Pool = "executor-scale";

    /// <summary>The prefix of tasks that only wait for the one before.</summary>
    internal const string ControlEdge = "after";

    /// <summary>The prefix of tasks that read what the one before wrote.</summary>
    internal const string DataEdge = "reads";

    /// <summary>One task with so many instances.</summary>
    internal static RunPlan Wide(int instances) => Plan([Task("work", instances, dependsOn: null, input: null)]);

    /// <summary>A chain of tasks with one instance each, named by their edges' kind and their place, such as <c>after-17</c>.</summary>
    internal static RunPlan Chain(string kind, int length) => Plan([.. Enumerable.Range(0, length).Select(place =>
        Task(NameOf(kind, place), 1, place == 0 ? null : place - 1, place > 0 && kind == DataEdge ? NameOf(kind, place - 1) : null) with
        {
            CriticalPath = length - place,
        })]);

    /// <summary>The name of a task of a chain.</summary>
    internal static string NameOf(string kind, int place) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{place}");

    private static RunPlan Plan(IReadOnlyList<PlannedTask> tasks) => new()
    {
        Workflow = "scale",
        Parameters = new Dictionary<string, string>(),
        Tasks = tasks,
        Results = [],
    };

    private static PlannedTask Task(string name, int instances, int? dependsOn, string? input) => new()
    {
        Name = name,
        Instances = instances,
        Command = ["true"],
        Environment = new Dictionary<string, string>(),
        Inputs = input is null ? [] : [new PlannedInput(new OutputId(input, "rows"), ReadMode.All, DataFormat.Arrow, true)],
        Outputs = [new PlannedOutput("rows", DataFormat.Arrow, true, new PartitioningDescriptor { Kind = PartitioningKind.Unpartitioned, Count = 1 })],
        DependsOn = dependsOn is { } ordinal ? [ordinal] : [],
        Resources = new ResourceLimits(100, 64 << 20),
        Retries = new RetryBudget(),
        PodFields = FakeNodePool.PodFields(Pool),
    };
}
