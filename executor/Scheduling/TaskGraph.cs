using Executor.Contracts.Identity;
using Executor.Planning;

namespace Executor.Scheduling;

/// <summary>
/// What scheduling needs of a plan, worked out once: instances numbered through all tasks ("slots"), who reads whose outputs, and the order
/// in which tasks are served.
/// </summary>
internal sealed class TaskGraph
{
    private readonly int[] _offsets;
    private readonly Dictionary<string, int> _ordinals;

    /// <summary>Works a plan out.</summary>
    public TaskGraph(RunPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Plan = plan;
        var count = plan.Tasks.Count;
        _offsets = new int[count + 1];
        _ordinals = new Dictionary<string, int>(count, StringComparer.Ordinal);
        for (var task = 0; task < count; task++)
        {
            _offsets[task + 1] = checked(_offsets[task] + plan.Tasks[task].Instances);
            _ordinals.Add(plan.Tasks[task].Name, task);
        }

        InputTasks = [.. plan.Tasks.Select(task => task.Inputs.Select(input => _ordinals[input.From.Task]).ToArray())];
        Readers = Invert(InputTasks.Select(tasks => tasks.Distinct()), count);
        Depths = DepthsOf(plan, count);
        Order = [.. Enumerable.Range(0, count).OrderByDescending(task => Depths[task]).ThenBy(task => task)];
    }

    /// <summary>The plan.</summary>
    public RunPlan Plan { get; }

    /// <summary>How many tasks there are.</summary>
    public int TaskCount => Plan.Tasks.Count;

    /// <summary>How many instances all tasks have together.</summary>
    public int InstanceCount => _offsets[^1];

    /// <summary>Per task the producing task of each input, in declared order.</summary>
    public IReadOnlyList<int[]> InputTasks { get; }

    /// <summary>Per task the tasks that read any of its outputs, ascending.</summary>
    public IReadOnlyList<int[]> Readers { get; }

    /// <summary>Per task the number of tasks on the longest way from it to an end of the graph.</summary>
    public IReadOnlyList<int> Depths { get; }

    /// <summary>The tasks in the order in which they are served: the longest remaining way first, then as submitted.</summary>
    public IReadOnlyList<int> Order { get; }

    /// <summary>The task's number of instances.</summary>
    public int Instances(int task) => Plan.Tasks[task].Instances;

    /// <summary>The number of an instance among all.</summary>
    public int Slot(int task, int index) => _offsets[task] + index;

    /// <summary>The instance with a number.</summary>
    public (int Task, int Index) At(int slot)
    {
        var found = Array.BinarySearch(_offsets, slot);
        var task = found >= 0 ? found : ~found - 1;
        while (_offsets[task + 1] <= slot)
        {
            // Tasks without instances share their offset with the next one.
            task++;
        }

        return (task, slot - _offsets[task]);
    }

    /// <summary>The instance with a name, if the plan has it.</summary>
    public bool TryFind(string taskName, int index, out int task) =>
        _ordinals.TryGetValue(taskName, out task) && index >= 0 && index < Instances(task);

    /// <summary>The task with a name, if the plan has it.</summary>
    public bool TryFind(string taskName, out int task) => _ordinals.TryGetValue(taskName, out task);

    /// <summary>The attempt under its full name.</summary>
    public AttemptId Name(string run, AttemptRef attempt) =>
        new(run, Plan.Tasks[attempt.Task].Name, attempt.Index, attempt.Generation, attempt.Attempt);

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
