using Executor.Sizing.History;

namespace Executor.Sizing;

/// <summary>The processors that a class needs.</summary>
internal static class CpuSizing
{
    // Of an attempt that was held back all the time nothing follows but that it wants more: at most four times as much is concluded.
    private const double MaxThrottledShare = 0.75;

    /// <summary>
    /// The 95th percentile of what attempts used on average, in cores; where an attempt was held back, what it would have used at the pace of the rest of its time. Null if
    /// nothing is known.
    /// </summary>
    public static double? Cores(ClassHistory history)
    {
        var demands = history.Kept
            .Where(seen => seen.Cores is not null)
            .Select(seen => seen.Cores!.Value / (1 - Math.Min(seen.ThrottledShare, MaxThrottledShare)))
            .Order()
            .ToArray();
        return demands.Length == 0 ? null : demands[(int)Math.Ceiling(0.95 * demands.Length) - 1];
    }
}
