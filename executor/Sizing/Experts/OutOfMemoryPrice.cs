namespace Executor.Sizing.Experts;

/// <summary>
/// What an attempt costs in byte-seconds, by what it was given: what lay idle, or, if it ran out of memory, all that the failed try held, what lies
/// idle in the next one, and a price for the failure itself.
/// </summary>
internal static class OutOfMemoryPrice
{
    /// <summary>The price in units of what the task itself holds.</summary>
    public const double Weight = 2;

    /// <summary>
    /// Seconds that a failure costs beside the run time: a pod starts anew, what waits for the task waits longer, and somebody may look into it. It makes allocations generous
    /// where they are cheap: a failure of a task of a second costs no less of anybody's time than one of an hour.
    /// </summary>
    public const double RestartSeconds = 1200;

    /// <summary>The price of one failure.</summary>
    public static double Of(double peak, double seconds) => Weight * peak * (seconds + RestartSeconds);

    /// <summary>What an allocation has cost.</summary>
    public static double Cost(double allocated, double peak, double seconds, double maxNeed) => allocated >= peak
        ? (allocated - peak) * seconds
        : (allocated * seconds) + Of(peak, seconds) + ((Math.Max(allocated < 0.95 * maxNeed ? 1.02 * maxNeed : 2 * allocated, peak) - peak) * seconds);
}
