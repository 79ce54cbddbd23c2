namespace Executor.Sizing.Replaying;

/// <summary>What a way of sizing makes of a trace. A gigabyte has 10^9 bytes.</summary>
/// <param name="Tasks">The tasks.</param>
/// <param name="UsedGigabyteHours">Their peaks by their run times.</param>
/// <param name="WastedGigabyteHours">What was allocated beyond that, failed tries as a whole.</param>
/// <param name="LostGigabyteHours">The part of it that failed tries held.</param>
/// <param name="OutOfMemory">The tasks whose first try ran out of memory.</param>
internal sealed record ReplayResult(int Tasks, double UsedGigabyteHours, double WastedGigabyteHours, double LostGigabyteHours, int OutOfMemory)
{
    /// <summary>Memory allocation quality: used by used and wasted, 0 to 1; 0 of nothing.</summary>
    public double Quality => UsedGigabyteHours > 0 ? UsedGigabyteHours / (UsedGigabyteHours + WastedGigabyteHours) : 0;

    /// <summary>The share of tasks whose first try ran out of memory, 0 to 1.</summary>
    public double FailureRate => Tasks > 0 ? (double)OutOfMemory / Tasks : 0;

    /// <summary>Both together.</summary>
    public static ReplayResult operator +(ReplayResult left, ReplayResult right) => new(
        left.Tasks + right.Tasks,
        left.UsedGigabyteHours + right.UsedGigabyteHours,
        left.WastedGigabyteHours + right.WastedGigabyteHours,
        left.LostGigabyteHours + right.LostGigabyteHours,
        left.OutOfMemory + right.OutOfMemory);
}
