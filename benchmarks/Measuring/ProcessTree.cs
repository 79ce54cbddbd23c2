using System.Globalization;

namespace Executor.Benchmarks.Measuring;

/// <summary>What the kernel knows of a process and of all that it has started, however indirectly.</summary>
internal static class ProcessTree
{
    // USER_HZ of proc(5), which is 100 on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>Their ids, the first process's first.</summary>
    internal static IEnumerable<int> Of(int process) => Directory.EnumerateDirectories($"/proc/{process}/task")
        .SelectMany(thread => File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .SelectMany(child => Of(int.Parse(child, CultureInfo.InvariantCulture)))
        .Prepend(process);

    /// <summary>The processor time, in seconds, that those have taken that still run.</summary>
    internal static double CpuSeconds(int process) => Of(process).Sum(one =>
    {
        // Fields 14 and 15 of proc_pid_stat(5), counted after the name, which may hold anything.
        var stat = File.ReadAllText($"/proc/{one}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    });
}
