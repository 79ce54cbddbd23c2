using System.Globalization;

namespace Executor.Benchmarks.Measuring;

/// <summary>What the kernel knows of a process's memory.</summary>
internal static class ProcessMemory
{
    /// <summary>The largest resident set that a process has had, in bytes (<c>VmHWM</c>).</summary>
    /// <param name="process">A process id, or <c>self</c>.</param>
    internal static long PeakBytes(string process = "self")
    {
        var line = File.ReadLines($"/proc/{process}/status").First(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) << 10;
    }
}
