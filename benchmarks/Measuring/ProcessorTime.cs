using System.Globalization;
using Executor.TestKit.Processes;

namespace Executor.Benchmarks.Measuring;

/// <summary>What the kernel knows of processes' use of processors.</summary>
internal static class ProcessorTime
{
    // USER_HZ of proc(5), which is 100 on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>The seconds that a process and all that it has started, and that still runs, have taken.</summary>
    internal static double OfTree(int process) => LinuxProcess.Tree(process).Sum(one =>
    {
        // Fields 14 and 15 of proc_pid_stat(5), counted after the name, which may hold anything.
        var stat = File.ReadAllText($"/proc/{one.Id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    });
}
