using Microsoft.Extensions.Logging;

namespace Executor.Shuffle.Engine.Buffers;

/// <summary>
/// Ends calls whose clients hold memory of a budget up: that have been waited for, without a break, for as long as patience lasts, while somebody waits
/// for memory of the budget. Nobody is ended where there is memory for all. Thread-safe.
/// </summary>
internal sealed partial class StallGuard : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<StallWatch> _watches = [];
    private readonly ByteBudget _budget;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private bool _isArmed;
    private bool _isDisposed;

    /// <summary>Guards a budget from now on.</summary>
    internal StallGuard(ByteBudget budget, TimeSpan patience, TimeProvider timeProvider, ILogger logger)
    {
        _logger = logger;
        _budget = budget;
        Patience = patience;
        _timeProvider = timeProvider;
        _timer = timeProvider.CreateTimer(_ => Check(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _budget.Exhausted += CheckUnlessArmed;
    }

    /// <summary>How long a client may be waited for while others wait for memory.</summary>
    internal TimeSpan Patience { get; }

    /// <summary>Watches one call until the watch is disposed of.</summary>
    internal StallWatch Watch()
    {
        var watch = new StallWatch(this, _timeProvider);
        lock (_lock)
        {
            _watches.Add(watch);
        }

        return watch;
    }

    internal void Forget(StallWatch watch)
    {
        lock (_lock)
        {
            _watches.Remove(watch);
        }
    }

    public void Dispose()
    {
        _budget.Exhausted -= CheckUnlessArmed;
        lock (_lock)
        {
            _isDisposed = true;
        }

        _timer.Dispose();
    }

    private void CheckUnlessArmed()
    {
        // Whoever begins to wait now is seen when the timer is due: nobody's patience ends before that.
        lock (_lock)
        {
            if (_isArmed)
            {
                return;
            }
        }

        Check();
    }

    private void Check()
    {
        List<StallWatch>? stalled = null;
        lock (_lock)
        {
            _isArmed = !_isDisposed && _budget.IsContended;
            if (!_isArmed)
            {
                return;
            }

            var next = Patience;
            foreach (var watch in _watches)
            {
                if (watch.WaitedFor is not { } waited)
                {
                    continue;
                }

                if (waited >= Patience)
                {
                    (stalled ??= []).Add(watch);
                }
                else if (Patience - waited < next)
                {
                    next = Patience - waited;
                }
            }

            _timer.Change(next, Timeout.InfiniteTimeSpan);
        }

        if (stalled is not null)
        {
            LetGo(_logger, stalled.Count, Patience, _budget.Capacity);
            stalled.ForEach(watch => watch.Evict());
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Count} calls are ended: their clients have been waited for longer than {Patience}, while others wait for memory of a budget of {Capacity} bytes")]
    private static partial void LetGo(ILogger logger, int count, TimeSpan patience, long capacity);
}
