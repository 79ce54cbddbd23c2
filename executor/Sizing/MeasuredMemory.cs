using Executor.Contracts.Reporting;

namespace Executor.Sizing;

/// <summary>The memory that an attempt needs, by what was measured of it.</summary>
internal static class MeasuredMemory
{
    /// <summary>
    /// What is allowed for the task runner where the measure is that of the largest single process: the runner lives beside it, and its memory counts against the limit.
    /// </summary>
    public const long RunnerBytes = 64L << 20;

    // Between the steps in which the kernel charges memory and what is rounded on the way.
    private const double FullWithin = 0.01;
    private const double LearnedShare = 0.8;

    /// <summary>
    /// The bytes that are learned of an attempt that succeeded. One that filled all that it had was given enough, and how much of it was need is not known: the page cache fills
    /// whatever there is. Were all of it learned, the next would get more, fill that as well, and so on.
    /// </summary>
    /// <param name="usage">What was measured.</param>
    /// <param name="givenBytes">What it had; null if not known.</param>
    public static long Learned(AttemptUsage usage, long? givenBytes) =>
        givenBytes is { } given && !IsLowerBound(usage) && Math.Abs(usage.PeakMemoryBytes - given) <= FullWithin * given ? (long)(LearnedShare * given) : Of(usage);

    /// <summary>The bytes that such an attempt needs at least.</summary>
    public static long Of(AttemptUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        return IsLowerBound(usage) ? usage.PeakMemoryBytes + RunnerBytes : usage.PeakMemoryBytes;
    }

    /// <summary>True if the measure is not the attempt's own cgroup's, so that its processes together may have had more.</summary>
    public static bool IsLowerBound(AttemptUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        return usage.Source is not (MeasureSource.CgroupV1 or MeasureSource.CgroupV2);
    }
}
