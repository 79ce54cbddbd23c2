using Executor.Shuffle.Engine.Buffers;
using Executor.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Shuffle.Tests.Ingest;

public sealed class StallGuardTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ManualTime _time = new();
    private readonly ByteBudget _budget = new(100);
    private readonly StallGuard _guard;

    public StallGuardTests() => _guard = new StallGuard(_budget, Patience, _time, NullLogger.Instance);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _guard.Dispose();

    [Fact]
    public async Task Nobody_is_let_go_where_there_is_memory_for_all()
    {
        await _budget.ReserveAsync("a", 100, Token);
        using var slow = _guard.Watch();
        slow.Begin();

        _time.Advance(TimeSpan.FromHours(1));

        Assert.False(slow.Evicted.IsCancellationRequested);
    }

    [Fact]
    public async Task Who_has_been_waited_for_long_enough_is_let_go_when_somebody_needs_memory()
    {
        await _budget.ReserveAsync("a", 100, Token);
        using var slow = _guard.Watch();
        slow.Begin();
        _time.Advance(Patience);

        var waiting = _budget.ReserveAsync("b", 1, Token).AsTask();

        Assert.True(slow.Evicted.IsCancellationRequested);
        _budget.Release("a", 100);
        await waiting;
    }

    [Fact]
    public async Task Who_begins_to_stall_while_others_wait_is_let_go_when_patience_is_at_its_end_and_who_goes_on_is_not()
    {
        await _budget.ReserveAsync("a", 100, Token);
        using var slow = _guard.Watch();
        using var quick = _guard.Watch();
        using var late = _guard.Watch();
        slow.Begin();
        quick.Begin();
        _time.Advance(TimeSpan.FromSeconds(10));
        var waiting = _budget.ReserveAsync("b", 1, Token).AsTask();
        _time.Advance(TimeSpan.FromSeconds(20));
        quick.End();
        quick.Begin();
        late.Begin();

        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(slow.Evicted.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(slow.Evicted.IsCancellationRequested);
        Assert.False(quick.Evicted.IsCancellationRequested || late.Evicted.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.True(quick.Evicted.IsCancellationRequested && late.Evicted.IsCancellationRequested);

        _budget.Release("a", 100);
        await waiting;
    }

    [Fact]
    public async Task Once_nobody_waits_any_more_nobody_is_let_go()
    {
        await _budget.ReserveAsync("a", 100, Token);
        using var slow = _guard.Watch();
        slow.Begin();
        var waiting = _budget.ReserveAsync("b", 1, Token).AsTask();
        _time.Advance(TimeSpan.FromSeconds(59));
        _budget.Release("a", 50);
        await waiting;

        _time.Advance(TimeSpan.FromHours(1));

        Assert.False(slow.Evicted.IsCancellationRequested);
    }
}
