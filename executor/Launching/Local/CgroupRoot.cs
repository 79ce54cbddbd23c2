namespace Executor.Launching.Local;

/// <summary>Where this process may make cgroups below its own, if anywhere.</summary>
/// <param name="Folders">The memory controller's folder first; for cgroup v1 that of cpuacct second.</param>
/// <param name="Unified">True for cgroup v2.</param>
internal sealed record CgroupRoot(IReadOnlyList<string> Folders, bool Unified)
{
    private const string Mount = "/sys/fs/cgroup";

    /// <summary>Finds a place and proves by making and removing a group that it can be used; null if there is none.</summary>
    public static CgroupRoot? Find()
    {
        try
        {
            var own = File.ReadAllLines("/proc/self/cgroup");
            var candidate = Unify(own) ?? Split(own);
            return candidate is not null && candidate.IsUsable() ? candidate : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // cgroups(7): a v2 line is "0::/path"; a folder can hand memory to its children only if its own subtree_control says so.
    private static CgroupRoot? Unify(string[] own)
    {
        var path = own.FirstOrDefault(line => line.StartsWith("0::", StringComparison.Ordinal))?[3..];
        if (path is null || !File.Exists($"{Mount}/cgroup.controllers"))
        {
            return null;
        }

        for (var folder = Mount + path.TrimEnd('/'); folder.Length >= Mount.Length; folder = Path.GetDirectoryName(folder)!)
        {
            var control = Path.Combine(folder, "cgroup.subtree_control");
            if (File.Exists(control) && File.ReadAllText(control).Split([' ', '\n']).Contains("memory"))
            {
                return new([folder], Unified: true);
            }
        }

        return null;
    }

    private static CgroupRoot? Split(string[] own)
    {
        var memory = Controller(own, "memory");
        var cpu = Controller(own, "cpuacct");
        return memory is null ? null : new(cpu is null ? [memory] : [memory, cpu], Unified: false);
    }

    private static string? Controller(string[] own, string name)
    {
        foreach (var line in own)
        {
            var parts = line.Split(':', 3);
            if (parts is [_, var controllers, var path] && controllers.Split(',').Contains(name))
            {
                var folder = $"{Mount}/{name}{path.TrimEnd('/')}";
                return Directory.Exists(folder) ? folder : Directory.Exists($"{Mount}/{name}") ? $"{Mount}/{name}" : null;
            }
        }

        return null;
    }

    private bool IsUsable()
    {
        var name = $"executor-{Environment.ProcessId}-probe";
        try
        {
            AttemptCgroup.Create(this, name, memoryBytes: 1 << 30).Remove();
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
