using Executor.Contracts.Identity;
using Executor.Planning;

namespace Executor.Scheduling;

/// <summary>
/// What scheduling needs of a plan, worked out once: who reads whose outputs, whose partitions are split, and the order in which tasks are served.
/// </summary>
internal sealed class TaskGraph
{
    // Of a task whose number is known at run time: what a name may say before anything is allocated for it.
    private const int MaxInstances = 1_000_000;

    private readonly SplitSource?[] _splits;
    private readonly Dictionary<string, int> _ordinals;

    /// <summary>Works a plan out.</summary>
    public TaskGraph(RunPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Plan = plan;
        var count = plan.Tasks.Count;
        _ordinals = new Dictionary<string, int>(count, StringComparer.Ordinal);
        for (var task = 0; task < count; task++)
        {
            _ordinals.Add(plan.Tasks[task].Name, task);
        }

        _splits = [.. plan.Tasks.Select(SourceOf)];
        SplitTasks = [.. Enumerable.Range(0, count).Where(task => _splits[task] is not null)];
        InputTasks = [.. plan.Tasks.Select(task => task.Inputs.Select(input => _ordinals[input.From.Task]).ToArray())];
        Readers = Invert(InputTasks.Select(tasks => tasks.Distinct()), count);
        Depths = DepthsOf(plan, count);
        Order = [.. Enumerable.Range(0, count).OrderByDescending(task => Depths[task]).ThenBy(task => task)];
    }

    /// <summary>The plan.</summary>
    public RunPlan Plan { get; }

    /// <summary>How many tasks there are.</summary>
    public int TaskCount => Plan.Tasks.Count;

    /// <summary>The tasks that read split partitions, whose number of instances is known at run time, ascending.</summary>
    public IReadOnlyList<int> SplitTasks { get; }

    /// <summary>Per task the producing task of each input, in declared order.</summary>
    public IReadOnlyList<int[]> InputTasks { get; }

    /// <summary>Per task the tasks that read any of its outputs, ascending.</summary>
    public IReadOnlyList<int[]> Readers { get; }

    /// <summary>Per task the number of tasks on the longest way from it to an end of the graph.</summary>
    public IReadOnlyList<int> Depths { get; }

    /// <summary>The tasks in the order in which they are served: the longest remaining way first, then as submitted.</summary>
    public IReadOnlyList<int> Order { get; }

    /// <summary>What the task reads split partitions of; null for a task whose number of instances is planned.</summary>
    public SplitSource? SplitOf(int task) => _splits[task];

    /// <summary>The task's number of instances as planned: the fewest that it can have, where it reads split partitions.</summary>
    public int PlannedInstances(int task) => Plan.Tasks[task].Instances;

    /// <summary>The instance with a name, if the plan has it, or may turn out to.</summary>
    public bool TryFind(string taskName, int index, out int task) =>
        _ordinals.TryGetValue(taskName, out task) && index >= 0 && index < (_splits[task] is null ? PlannedInstances(task) : MaxInstances);

    /// <summary>The task with a name, if the plan has it.</summary>
    public bool TryFind(string taskName, out int task) => _ordinals.TryGetValue(taskName, out task);

    /// <summary>The attempt under its full name.</summary>
    public AttemptId Name(string run, AttemptRef attempt) =>
        new(run, Plan.Tasks[attempt.Task].Name, attempt.Index, attempt.Generation, attempt.Attempt);

    private SplitSource? SourceOf(PlannedTask task)
    {
        if (task.Split is not { } split)
        {
            return null;
        }

        var producer = _ordinals[split.Over.Task];
        var outputs = Plan.Tasks[producer].Outputs;
        var output = Enumerable.Range(0, outputs.Count).First(place => outputs[place].Name == split.Over.Output);
        return new SplitSource(producer, output, outputs[output].Partitioning.Count, split);
    }

    private static int[] DepthsOf(RunPlan plan, int count)
    {
        var depths = new int[count];
        Array.Fill(depths, 1);
        for (var task = count - 1; task >= 0; task--)
        {
            foreach (var before in plan.Tasks[task].DependsOn)
            {
                depths[before] = Math.Max(depths[before], depths[task] + 1);
            }
        }

        return depths;
    }

    private static int[][] Invert(IEnumerable<IEnumerable<int>> sources, int count)
    {
        var targets = new List<int>[count];
        for (var i = 0; i < count; i++)
        {
            targets[i] = [];
        }

        var from = 0;
        foreach (var source in sources)
        {
            foreach (var to in source)
            {
                targets[to].Add(from);
            }

            from++;
        }

        return [.. targets.Select(list => list.ToArray())];
    }
}

/// <summary>The output whose partitions a task reads in slices.</summary>
/// <param name="Task">The producing task's ordinal.</param>
/// <param name="Output">The output's place among the task's outputs.</param>
/// <param name="Partitions">How many partitions it has.</param>
/// <param name="Split">What the plan says.</param>
internal sealed record SplitSource(int Task, int Output, int Partitions, PlannedSplit Split);
