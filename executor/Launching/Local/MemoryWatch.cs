namespace Executor.Launching.Local;

/// <summary>
/// Stands in for a cgroup where none can be made: looks every 100 ms at what each attempt's processes use and ends an attempt that is over its
/// limit. A body that grows faster than that may pass its limit for a moment.
/// </summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public MemoryWatch(Func<IEnumerable<LocalAttempt>> attempts, TimeProvider time) => _loop = WatchAsync(attempts, time, _stop.Token);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static async Task WatchAsync(Func<IEnumerable<LocalAttempt>> attempts, TimeProvider time, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            foreach (var attempt in attempts())
            {
                if (attempt.Processes().Sum(ProcessTable.Memory) > attempt.MemoryLimitBytes)
                {
                    attempt.KillForMemory();
                }
            }
        }
    }
}
