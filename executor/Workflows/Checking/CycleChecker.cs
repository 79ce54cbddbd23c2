using Executor.Workflows.Errors;
using Executor.Workflows.Model;

namespace Executor.Workflows.Checking;

/// <summary>Finds tasks that wait for each other in a circle.</summary>
internal static class CycleChecker
{
    /// <summary>Adds one error for each circle that a walk through the tasks in the file's order closes.</summary>
    public static void Check(Workflow workflow, DiagnosticList diagnostics)
    {
        var tasks = new Dictionary<string, TaskSpec>();
        foreach (var task in workflow.Tasks.Where(t => t.Name is not null))
        {
            tasks.TryAdd(task.Name!.Value, task);
        }

        var done = new HashSet<string>();
        foreach (var name in tasks.Keys)
        {
            Walk(name, tasks, done, diagnostics);
        }
    }

    /// <summary>A depth-first walk with a stack of its own: a chain of tasks may be longer than the thread's stack is deep.</summary>
    private static void Walk(string start, Dictionary<string, TaskSpec> tasks, HashSet<string> done, DiagnosticList diagnostics)
    {
        if (done.Contains(start))
        {
            return;
        }

        var path = new List<string> { start };
        var onPath = new HashSet<string> { start };
        var edges = new Stack<IEnumerator<(string To, SourceLocation At)>>([Edges(tasks[start]).GetEnumerator()]);
        while (edges.TryPeek(out var next))
        {
            if (!next.MoveNext())
            {
                edges.Pop();
                onPath.Remove(path[^1]);
                done.Add(path[^1]);
                path.RemoveAt(path.Count - 1);
            }
            else if (next.Current.To != path[^1] && onPath.Contains(next.Current.To))
            {
                var circle = path.SkipWhile(p => p != next.Current.To).Append(next.Current.To).Reverse();
                diagnostics.Add(next.Current.At, $"the tasks wait for each other in a circle: {string.Join(" → ", circle)}");
            }
            else if (tasks.TryGetValue(next.Current.To, out var task) && !done.Contains(next.Current.To) && onPath.Add(next.Current.To))
            {
                path.Add(next.Current.To);
                edges.Push(Edges(task).GetEnumerator());
            }
        }
    }

    private static IEnumerable<(string To, SourceLocation At)> Edges(TaskSpec task)
    {
        foreach (var from in task.Inputs.Select(i => i.From).OfType<Located<string>>())
        {
            yield return (from.Value.Split('.')[0], from.At);
        }

        foreach (var after in task.After)
        {
            yield return (after.Value, after.At);
        }
    }
}
