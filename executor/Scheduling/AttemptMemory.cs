namespace Executor.Scheduling;

/// <summary>How much memory attempts get: what their task asks for, and twice as much as was not enough.</summary>
internal static class AttemptMemory
{
    /// <summary>The memory of an instance's next attempt, in bytes.</summary>
    /// <param name="planned">What the task asks for; never less than that.</param>
    /// <param name="exhausted">The most that was not enough; 0 if all was.</param>
    /// <param name="largest">The most that an attempt can have; null if that is not known.</param>
    public static long Next(long planned, long exhausted, long? largest) =>
        Math.Max(planned, Math.Min(Math.Min(exhausted, long.MaxValue / 2) * 2, largest ?? long.MaxValue));

    /// <summary>True if an attempt that ran out of so much memory cannot be given more.</summary>
    public static bool IsMost(long bytes, long? largest) => bytes >= largest;
}
