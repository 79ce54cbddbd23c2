using System.Globalization;
using Executor.TaskRunner.Native;

namespace Executor.TaskRunner.Measuring;

/// <summary>What live processes have used so far, from <c>/proc</c>.</summary>
/// <param name="CpuSeconds">User and system time, that of children already waited for included.</param>
/// <param name="PeakMemoryBytes">The largest resident set of any one of them.</param>
/// <param name="ReadBytes">Bytes of read calls.</param>
/// <param name="WrittenBytes">Bytes of write calls.</param>
internal readonly record struct ProcessSample(double CpuSeconds, long PeakMemoryBytes, long ReadBytes, long WrittenBytes)
{
    // USER_HZ, which is 100 on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    // Fields of /proc/PID/stat behind the command's name, counted from the state (proc(5)).
    private const int UserTime = 11;
    private const int LastTime = 14;

    /// <summary>A process and everything below it; zeros for what has ended.</summary>
    public static ProcessSample OfTree(int pid)
    {
        var sum = default(ProcessSample);
        foreach (var process in ProcessTree.WithDescendants(pid))
        {
            sum = sum.Plus(Of(process.ToString(CultureInfo.InvariantCulture)));
        }

        return sum;
    }

    /// <summary>This process's I/O, that of children already waited for included.</summary>
    public static ProcessSample OfSelf() => Of("self");

    private static ProcessSample Of(string process)
    {
        var io = CounterFile.ReadText($"/proc/{process}/io") ?? "";
        return new ProcessSample(
            CpuSecondsIn(CounterFile.ReadText($"/proc/{process}/stat") ?? ""),
            (CounterFile.ReadNamed($"/proc/{process}/status", "VmHWM") ?? 0) * 1024,
            CounterFile.FindNamed(io, "rchar") ?? 0,
            CounterFile.FindNamed(io, "wchar") ?? 0);
    }

    internal static double CpuSecondsIn(string stat)
    {
        // The name is in brackets and may itself hold spaces and brackets.
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Trim().Split(' ');
        long ticks = 0;
        for (var i = UserTime; i <= LastTime && i < fields.Length; i++)
        {
            ticks += long.TryParse(fields[i], CultureInfo.InvariantCulture, out var value) ? value : 0;
        }

        return ticks / TicksPerSecond;
    }

    private ProcessSample Plus(in ProcessSample other) => new(
        CpuSeconds + other.CpuSeconds,
        Math.Max(PeakMemoryBytes, other.PeakMemoryBytes),
        ReadBytes + other.ReadBytes,
        WrittenBytes + other.WrittenBytes);
}
