using System.Globalization;

namespace Executor.TaskRunner.Native;

/// <summary>
/// The processes below a process, as the kernel lists them (<c>/proc/PID/task/TID/children</c>; none where it does not).
/// </summary>
internal static class ProcessTree
{
    /// <summary>This process's children at this moment: as subreaper it inherits those whose parents have ended.</summary>
    public static IReadOnlyList<int> Children()
    {
        var children = new List<int>();
        AddChildrenOf("self", children);
        return children;
    }

    /// <summary>Sends every child SIGKILL.</summary>
    public static void KillChildren()
    {
        foreach (var child in Children())
        {
            _ = Libc.Kill(child, Libc.SignalKill);
        }
    }

    /// <summary>A process and everything below it.</summary>
    public static IReadOnlyList<int> WithDescendants(int pid)
    {
        var tree = new List<int> { pid };
        for (var i = 0; i < tree.Count; i++)
        {
            AddChildrenOf(tree[i].ToString(CultureInfo.InvariantCulture), tree);
        }

        return tree;
    }

    private static void AddChildrenOf(string process, List<int> children)
    {
        try
        {
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{process}/task"))
            {
                Parse(File.ReadAllText(Path.Combine(thread, "children")), children);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process or a thread of it has ended meanwhile, or the kernel does not list children.
        }
    }

    private static void Parse(ReadOnlySpan<char> text, List<int> children)
    {
        foreach (var range in text.Split(' '))
        {
            if (int.TryParse(text[range], CultureInfo.InvariantCulture, out var pid))
            {
                children.Add(pid);
            }
        }
    }
}
