using System.Globalization;

namespace Executor.Benchmarks.Measuring;

/// <summary>What the kernel knows of a process's memory.</summary>
internal static class ProcessMemory
{
    /// <summary>The largest resident set that a process has had, in bytes (<c>VmHWM</c>).</summary>
    /// <param name="process">Its id; this process's own if null.</param>
    internal static long PeakBytes(int? process = null)
    {
        var line = File.ReadLines($"/proc/{process?.ToString(CultureInfo.InvariantCulture) ?? "self"}/status").First(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) << 10;
    }
}
