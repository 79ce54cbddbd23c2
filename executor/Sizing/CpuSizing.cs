using Executor.Sizing.History;

namespace Executor.Sizing;

/// <summary>The processors that a class needs.</summary>
internal static class CpuSizing
{
    // Of an attempt that was held back all the time nothing follows but that it wants more: at most four times as much is concluded.
    private const double MaxThrottledShare = 0.75;

    /// <summary>The share of attempts that get what they want.</summary>
    public const double Share = 0.95;

    /// <summary>The cores that an attempt wanted: what it used on average, at the pace of the time in which it was not held back.</summary>
    /// <param name="cores">What it used on average.</param>
    /// <param name="throttledShare">The share of its time, 0 to 1, in which it was held back; what is more counts as 1.</param>
    public static double Demand(double cores, double throttledShare) => cores / (1 - Math.Min(throttledShare, MaxThrottledShare));

    /// <summary>
    /// The 95th percentile of what attempts used on average, in cores; where an attempt was held back, what it would have used at the pace of the rest of its time. Null if
    /// nothing is known.
    /// </summary>
    public static double? Cores(ClassHistory history)
    {
        var demands = history.Kept
            .Where(seen => seen.Cores is not null)
            .Select(seen => Demand(seen.Cores!.Value, seen.ThrottledShare))
            .Order()
            .ToArray();
        return demands.Length == 0 ? null : demands[(int)Math.Ceiling(Share * demands.Length) - 1];
    }
}
