namespace Executor.Planning;

/// <summary>Puts tasks into an order in which each comes after those it depends on.</summary>
internal static class TaskOrder
{
    /// <summary>
    /// The places of the tasks in such an order; among tasks that could come next, the one earlier in the list does. The dependencies have
    /// no circles.
    /// </summary>
    /// <param name="dependsOn">For each task the places of those it depends on.</param>
    public static IReadOnlyList<int> Sort(IReadOnlyList<IReadOnlyList<int>> dependsOn)
    {
        var waitingFor = dependsOn.Select(d => d.Count).ToArray();
        var dependents = Invert(dependsOn);
        var ready = new PriorityQueue<int, int>(Enumerable.Range(0, dependsOn.Count).Where(i => waitingFor[i] == 0).Select(i => (i, i)));
        var order = new List<int>(dependsOn.Count);
        while (ready.TryDequeue(out var task, out _))
        {
            order.Add(task);
            foreach (var dependent in dependents[task].Where(d => --waitingFor[d] == 0))
            {
                ready.Enqueue(dependent, dependent);
            }
        }

        return order;
    }

    /// <summary>For tasks in order: how many tasks the longest chain has that begins with each.</summary>
    public static IReadOnlyList<int> CriticalPaths(IReadOnlyList<IReadOnlyList<int>> dependsOn)
    {
        var paths = new int[dependsOn.Count];
        for (var task = dependsOn.Count - 1; task >= 0; task--)
        {
            paths[task]++;
            foreach (var predecessor in dependsOn[task])
            {
                paths[predecessor] = Math.Max(paths[predecessor], paths[task]);
            }
        }

        return paths;
    }

    private static List<int>[] Invert(IReadOnlyList<IReadOnlyList<int>> dependsOn)
    {
        var dependents = dependsOn.Select(_ => new List<int>()).ToArray();
        for (var task = 0; task < dependsOn.Count; task++)
        {
            foreach (var predecessor in dependsOn[task])
            {
                dependents[predecessor].Add(task);
            }
        }

        return dependents;
    }
}
