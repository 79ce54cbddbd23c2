namespace Executor.TestKit;

/// <summary>Waits for what another process does and tells nobody.</summary>
public static class Poll
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(2);

    /// <summary>
    /// Asks again and again until the answer is not null, and returns it. The limit is a guard against hangs: past it a
    /// <see cref="TimeoutException"/> says what was waited for.
    /// </summary>
    public static async Task<T> UntilAsync<T>(Func<T?> answer, TimeSpan limit, Func<string> waitedFor, CancellationToken cancellationToken)
        where T : class
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (answer() is { } result)
            {
                return result;
            }

            if (TimeProvider.System.GetElapsedTime(start) > limit)
            {
                throw new TimeoutException($"waited {limit.TotalSeconds:0} s for {waitedFor()}");
            }

            await Task.Delay(Interval, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Asks again and again until the condition holds; see the other overload.</summary>
    public static Task UntilAsync(Func<bool> condition, TimeSpan limit, Func<string> waitedFor, CancellationToken cancellationToken) =>
        UntilAsync(() => condition() ? "" : null, limit, waitedFor, cancellationToken);

    /// <summary>
    /// Asks again and again, with pauses that spare whoever answers over a network, until the condition holds; see the other overloads. An exception of
    /// the condition's ends the waiting.
    /// </summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan limit, Func<string> waitedFor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(waitedFor);
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > limit)
            {
                throw new TimeoutException($"waited {limit.TotalSeconds:0} s for {waitedFor()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
        }
    }
}
