namespace Executor.Sizing;

/// <summary>What an attempt gets after one that ran out of memory.</summary>
internal static class OomEscalation
{
    /// <summary>The bytes of the next attempt; null if there are no more to be had, so that the task cannot succeed.</summary>
    /// <param name="failedBytes">What was not enough.</param>
    /// <param name="maxPeakBytes">The largest peak that the class has shown; 0 if none.</param>
    /// <param name="mostBytes">The most that an attempt can have: the bound of the class, or what the largest node has.</param>
    public static long? Next(long failedBytes, double maxPeakBytes, long mostBytes)
    {
        if (failedBytes >= mostBytes)
        {
            return null;
        }

        var next = failedBytes < 0.95 * maxPeakBytes ? 1.02 * maxPeakBytes : 2.0 * failedBytes;
        return (long)Math.Min(Math.Max(Math.Ceiling(next), failedBytes + 1.0), mostBytes);
    }
}
