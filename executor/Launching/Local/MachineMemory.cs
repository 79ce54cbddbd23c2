using System.Globalization;

namespace Executor.Launching.Local;

/// <summary>How much memory attempts on this machine can have at most.</summary>
internal static class MachineMemory
{
    private const string ProcMemory = "/proc/meminfo";
    private const string ProcCgroup = "/proc/self/cgroup";
    private const string Mount = "/sys/fs/cgroup";

    /// <summary>
    /// The machine's memory, or the least limit of the cgroups that this process is in, if that is smaller; in bytes. Null where the system
    /// does not tell.
    /// </summary>
    public static long? Read() => Read(root: "");

    /// <summary>The same, below another folder than the root of the file system.</summary>
    internal static long? Read(string root)
    {
        try
        {
            var total = File.ReadLines(root + ProcMemory)
                .Where(line => line.StartsWith("MemTotal:", StringComparison.Ordinal))
                .Select(line => long.Parse(line["MemTotal:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024)
                .Cast<long?>()
                .FirstOrDefault();
            return total is { } bytes ? Limits(root).Append(bytes).Min() : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    // cgroups(7): "0::/path" is the group of cgroup v2, "N:memory:/path" that of the memory controller of v1. A group's limit binds those below it.
    private static IEnumerable<long> Limits(string root)
    {
        foreach (var line in File.ReadAllLines(root + ProcCgroup))
        {
            var (folder, file) = line.Split(':', 3) switch
            {
                ["0", "", var path] => (Mount + path, "memory.max"),
                [_, var controllers, var path] when controllers.Split(',').Contains("memory") => ($"{Mount}/memory{path}", "memory.limit_in_bytes"),
                _ => ("", ""),
            };
            for (; folder.Length >= Mount.Length; folder = Path.GetDirectoryName(folder)!)
            {
                var limit = root + Path.Combine(folder, file);

                // "max" is no limit; neither is a number beyond any memory, which v1 has in its place.
                if (File.Exists(limit) && long.TryParse(File.ReadAllText(limit), CultureInfo.InvariantCulture, out var bytes) && bytes > 0)
                {
                    yield return bytes;
                }
            }
        }
    }
}
