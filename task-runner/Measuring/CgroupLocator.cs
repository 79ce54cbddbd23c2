namespace Executor.TaskRunner.Measuring;

/// <summary>Finds the attempt's own cgroup.</summary>
internal static class CgroupLocator
{
    /// <summary>The word for: the cgroup that the runner is in, and nothing else.</summary>
    public const string Self = "self";

    // Files that only a cgroup other than the root has.
    private const string V2Mark = "memory.events";
    private const string V1Mark = "memory.max_usage_in_bytes";

    private static readonly string[] V1Controllers = ["memory", "cpu", "cpuacct", "blkio"];

    /// <summary>The attempt's cgroup; null where it has none of its own, or one that counts no memory.</summary>
    /// <param name="named"><see cref="Self"/>, a folder of version 2, or folders of version 1 separated by ':'; null for none.</param>
    /// <param name="root">The file system's root; another one in tests.</param>
    public static ICgroup? Find(string? named, string root = "/")
    {
        if (string.IsNullOrEmpty(named))
        {
            return null;
        }

        var folders = named == Self ? OwnFolders(root) : [.. named.Split(':', StringSplitOptions.RemoveEmptyEntries)];
        foreach (var folder in folders)
        {
            if (File.Exists(Path.Combine(folder, V2Mark)))
            {
                return new UnifiedCgroup(folder);
            }
        }

        return folders.Exists(static folder => File.Exists(Path.Combine(folder, V1Mark))) ? new LegacyCgroup(folders) : null;
    }

    private static List<string> OwnFolders(string root)
    {
        var folders = new List<string>();
        var mounts = CounterFile.ReadText(Path.Combine(root, "proc/self/mountinfo")) ?? "";
        foreach (var line in (CounterFile.ReadText(Path.Combine(root, "proc/self/cgroup")) ?? "").Split('\n'))
        {
            // hierarchy:controllers:path, with the path last since it may hold a colon.
            var parts = line.Split(':', 3);
            if (parts.Length == 3)
            {
                AddFolders(folders, mounts, parts[1], parts[2], root);
            }
        }

        return folders;
    }

    private static void AddFolders(List<string> folders, string mounts, string controllers, string path, string root)
    {
        var wanted = controllers.Split(',');
        foreach (var line in mounts.Split('\n'))
        {
            // id parent device root mount-point options [tags] - type source super-options
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            if (dash < 6 || fields.Length < dash + 4)
            {
                continue;
            }

            var matches = controllers.Length == 0
                ? fields[dash + 1] == "cgroup2"
                : fields[dash + 1] == "cgroup" && Array.Exists(
                    fields[dash + 3].Split(','), option => Array.IndexOf(V1Controllers, option) >= 0 && Array.IndexOf(wanted, option) >= 0);
            if (matches)
            {
                folders.Add(Path.Combine(root, fields[4].TrimStart('/'), Below(path, fields[3])));
            }
        }
    }

    // A container sees its own cgroup mounted as if it were the root; the path then lies at or above the mount's root.
    private static string Below(string path, string mountRoot)
    {
        var relative = mountRoot == "/" ? path
            : path == mountRoot || path.StartsWith(mountRoot + "/", StringComparison.Ordinal) ? path[mountRoot.Length..]
            : "";
        return relative.Contains("..", StringComparison.Ordinal) ? "" : relative.TrimStart('/');
    }
}
