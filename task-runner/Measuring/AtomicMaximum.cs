namespace Executor.TaskRunner.Measuring;

/// <summary>The largest number that was offered. Thread-safe.</summary>
internal sealed class AtomicMaximum
{
    private long _value;

    /// <summary>Offers a number and returns the largest one up to now.</summary>
    public long Offer(long value)
    {
        var seen = Volatile.Read(ref _value);
        while (seen < value)
        {
            var before = Interlocked.CompareExchange(ref _value, value, seen);
            if (before == seen)
            {
                return value;
            }

            seen = before;
        }

        return seen;
    }
}
