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

    /// <summary>
    /// Chains of tasks with one instance each, half of them by control edges, half by data edges. A task's name is its edge's kind, the chain and its place,
    /// such as <c>after-3-17</c>.
    /// </summary>
    internal static RunPlan Chains(int chains, int length)
    {
        var tasks = new List<PlannedTask>();
        for (var chain = 0; chain < chains; chain++)
        {
            var kind = chain % 2 == 0 ? ControlEdge : DataEdge;
            for (var place = 0; place < length; place++)
            {
                var before = place == 0 ? null : NameOf(kind, chain, place - 1);
                tasks.Add(Task(NameOf(kind, chain, place), 1, before is null ? null : tasks.Count - 1, kind == DataEdge ? before : null) with
                {
                    CriticalPath = length - place,
                });
            }
        }

        return Plan(tasks);
    }

    /// <summary>The task that a task of a chain waits for; null for the first.</summary>
    internal static string? Before(string task)
    {
        var parts = task.Split('-');
        var place = int.Parse(parts[2], CultureInfo.InvariantCulture);
        return place == 0 ? null : NameOf(parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture), place - 1);
    }

    private static string NameOf(string kind, int chain, int place) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{chain}-{place}");

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
