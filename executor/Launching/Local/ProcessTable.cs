using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Executor.Launching.Local;

/// <summary>What Linux tells of processes under <c>/proc</c>. A process that ends meanwhile is left out, never an error.</summary>
internal static partial class ProcessTable
{
    public const int SigTerm = 15;
    public const int SigKill = 9;

    /// <summary>When a process started, in clock ticks since boot: with the pid it names a process for good. Null if there is none.</summary>
    public static long? StartTime(int pid)
    {
        // proc(5): field 22, counted behind the command's closing parenthesis, which may itself hold spaces.
        var stat = TryRead($"/proc/{pid}/stat");
        var fields = stat?[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields is { Length: > 19 } && long.TryParse(fields[19], CultureInfo.InvariantCulture, out var ticks) ? ticks : null;
    }

    /// <summary>The processes whose environment sets a variable to this value.</summary>
    public static IEnumerable<int> WithVariable(string name, string value)
    {
        var needle = $"{name}={value}";
        foreach (var path in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var pid)
                && TryRead($"{path}/environ")?.Split('\0').Contains(needle) == true)
            {
                yield return pid;
            }
        }
    }

    /// <summary>Memory of a process in bytes, shared pages in proportion where the kernel tells, else all of them.</summary>
    public static long Memory(int pid)
    {
        const string Pss = "Pss:";
        const string Rss = "VmRSS:";
        return Kibibytes(TryRead($"/proc/{pid}/smaps_rollup"), Pss) ?? Kibibytes(TryRead($"/proc/{pid}/status"), Rss) ?? 0;
    }

    /// <summary>Sends a signal; a process that is gone is no error.</summary>
    public static void Signal(int pid, int signal) => _ = Kill(pid, signal);

    private static long? Kibibytes(string? text, string field)
    {
        var line = text?.Split('\n').FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
        var number = line?[field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return long.TryParse(number, CultureInfo.InvariantCulture, out var value) ? value * 1024 : null;
    }

    private static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path, Encoding.UTF8);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
