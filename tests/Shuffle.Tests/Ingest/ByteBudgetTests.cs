using Executor.Shuffle.Engine.Buffers;

namespace Shuffle.Tests.Ingest;

public sealed class ByteBudgetTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_comes_first_is_served_first_though_a_later_one_would_fit()
    {
        var budget = new ByteBudget(10);
        await budget.ReserveAsync(8, Token);
        var large = budget.ReserveAsync(9, Token).AsTask();
        var small = budget.ReserveAsync(1, Token).AsTask();
        Assert.False(small.IsCompleted);
        budget.Release(8);
        await large;
        await small;
        Assert.Equal(10, budget.Used);
    }

    [Fact]
    public async Task A_cancelled_wait_takes_nothing_and_lets_the_next_one_go_on()
    {
        var budget = new ByteBudget(10);
        await budget.ReserveAsync(5, Token);
        using var cancelled = new CancellationTokenSource();
        var first = budget.ReserveAsync(10, cancelled.Token).AsTask();
        var second = budget.ReserveAsync(5, Token).AsTask();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await second;
        Assert.Equal(10, budget.Used);
        Assert.False(budget.IsContended);
    }
}
