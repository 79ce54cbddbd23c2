using System.Runtime.InteropServices;

namespace Executor.Launching.Kubernetes.Tracking;

/// <summary>How many attempts that a tracker knows of have no pod and have not ended, in all and by task. Guarded by the tracker's lock.</summary>
internal sealed class PodlessCount
{
    private readonly Dictionary<string, int> _byTask = new(StringComparer.Ordinal);

    /// <summary>Those of all tasks.</summary>
    public int All { get; private set; }

    /// <summary>Those of one task.</summary>
    public int Of(string task) => _byTask.GetValueOrDefault(task);

    /// <summary>There are so many more of a task's, or fewer.</summary>
    public void Count(string task, int change)
    {
        All += change;
        CollectionsMarshal.GetValueRefOrAddDefault(_byTask, task, out _) += change;
    }
}
