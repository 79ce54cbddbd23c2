using System.Runtime.InteropServices;

namespace Executor.TaskRunner.Native;

/// <summary>
/// <c>struct rusage</c> of 64-bit Linux. Sized beyond glibc's 144 bytes since musl's has a reserved tail.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 512)]
internal struct ResourceUsage
{
    private readonly long _userSeconds;
    private readonly long _userMicroseconds;
    private readonly long _systemSeconds;
    private readonly long _systemMicroseconds;
    private readonly long _maxResidentKibibytes;

    /// <summary>User and system time.</summary>
    public readonly double CpuSeconds => _userSeconds + _systemSeconds + ((_userMicroseconds + _systemMicroseconds) / 1e6);

    /// <summary>The largest resident set of any one process.</summary>
    public readonly long MaxResidentBytes => _maxResidentKibibytes * 1024;

    /// <summary>What the kernel has counted for this process.</summary>
    public static ResourceUsage OfSelf() => Of(Libc.UsageOfSelf);

    /// <summary>What the kernel has counted for children that were waited for, and for those that they waited for.</summary>
    public static ResourceUsage OfChildren() => Of(Libc.UsageOfChildren);

    private static unsafe ResourceUsage Of(int who)
    {
        var usage = default(ResourceUsage);
        return Libc.GetUsage(who, &usage) == 0 ? usage : default;
    }
}

/// <summary><c>siginfo_t</c> of 64-bit Linux as <c>waitid</c> fills it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct SignalInfo
{
    [FieldOffset(16)]
    public int Pid;
}
