using System.Globalization;

namespace Executor.Launching.Local;

/// <summary>
/// A cgroup that one local attempt has to itself: the kernel enforces its memory limit and counts what it uses, as in a pod.
/// </summary>
internal sealed class AttemptCgroup
{
    private readonly string _memory;
    private readonly IReadOnlyList<string> _folders;
    private readonly bool _unified;

    private AttemptCgroup(IReadOnlyList<string> folders, string memory, bool unified)
    {
        _folders = folders;
        _memory = memory;
        _unified = unified;
    }

    /// <summary>The folders of the group, one for cgroup v2, one per controller for v1.</summary>
    public IReadOnlyList<string> Folders => _folders;

    /// <summary>Makes the group with its limit, or throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    public static AttemptCgroup Create(CgroupRoot root, string name, long memoryBytes)
    {
        var folders = root.Folders.Select(folder => Path.Combine(folder, name)).ToArray();
        foreach (var folder in folders)
        {
            Directory.CreateDirectory(folder);
        }

        var group = new AttemptCgroup(folders, folders[0], root.Unified);
        var limit = memoryBytes.ToString(CultureInfo.InvariantCulture);
        try
        {
            File.WriteAllText(Path.Combine(group._memory, root.Unified ? "memory.max" : "memory.limit_in_bytes"), limit);
        }
        catch
        {
            group.Remove();
            throw;
        }

        TryWrite(Path.Combine(group._memory, root.Unified ? "memory.swap.max" : "memory.memsw.limit_in_bytes"), root.Unified ? "0" : limit);
        return group;
    }

    /// <summary>Moves a process into the group; what it starts from now on is in it too.</summary>
    public void Add(int pid)
    {
        foreach (var folder in _folders)
        {
            TryWrite(Path.Combine(folder, "cgroup.procs"), pid.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>True if the kernel ended a process of the group for its memory.</summary>
    public bool WasOutOfMemory()
    {
        try
        {
            return File.ReadLines(Path.Combine(_memory, _unified ? "memory.events" : "memory.oom_control"))
                .Any(line => line.StartsWith("oom_kill ", StringComparison.Ordinal) && line != "oom_kill 0");
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The processes in the group.</summary>
    public IReadOnlyList<int> Processes()
    {
        try
        {
            return [.. File.ReadLines(Path.Combine(_memory, "cgroup.procs")).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>Removes the group once no process is in it.</summary>
    public void Remove()
    {
        foreach (var folder in _folders)
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (IOException)
            {
                // A process that is still being torn down keeps its group busy; an empty group costs nothing until the machine restarts.
            }
        }
    }

    private static void TryWrite(string path, string value)
    {
        try
        {
            File.WriteAllText(path, value);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Swap accounting may be off, and a process may have ended already: neither is worth failing an attempt for.
        }
    }
}
