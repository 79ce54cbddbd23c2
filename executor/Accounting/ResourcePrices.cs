namespace Executor.Accounting;

/// <summary>
/// What cores and memory cost, in dollars. The defaults are those that OpenCost takes where it knows no provider's prices; a cluster's own are better.
/// </summary>
internal sealed record ResourcePrices
{
    private const double SecondsPerHour = 3600;
    private const double BytesPerGibibyte = 1L << 30;

    /// <summary>For a core for an hour; 0 or more.</summary>
    public double CoreHour { get; init; } = 0.031611;

    /// <summary>For 2^30 bytes of memory for an hour; 0 or more.</summary>
    public double GibibyteHour { get; init; } = 0.004237;

    /// <summary>What so much costs for so long.</summary>
    public double Of(double cores, double bytes, double seconds) =>
        ((cores * CoreHour) + (bytes / BytesPerGibibyte * GibibyteHour)) * seconds / SecondsPerHour;
}
