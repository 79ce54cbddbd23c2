using System.Runtime.InteropServices;

namespace Executor.Benchmarks.Measuring;

/// <summary>
/// Processor time of this process's ended children and of all that they waited for: what a command cost, with the whole tree below it.
/// </summary>
internal static partial class ChildTimes
{
    private const int OfChildren = -1;

    /// <summary>User and system time so far, in seconds. Children that were not waited for yet do not count.</summary>
    internal static double CpuSeconds()
    {
        var usage = default(Usage);
        return GetUsage(OfChildren, ref usage) == 0
            ? usage.UserSeconds + usage.SystemSeconds + ((usage.UserMicroseconds + usage.SystemMicroseconds) / 1e6)
            : throw new InvalidOperationException($"getrusage failed with error {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int GetUsage(int who, ref Usage usage);

    // struct rusage of 64-bit Linux, of which the beginning is read.
    [StructLayout(LayoutKind.Sequential, Size = 512)]
    private struct Usage
    {
        public long UserSeconds;
        public long UserMicroseconds;
        public long SystemSeconds;
        public long SystemMicroseconds;
    }
}
