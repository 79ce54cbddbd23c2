using Executor.Shuffle.Engine.Buffers;

namespace Shuffle.Tests.Ingest;

public sealed class ByteBudgetTests
{
    private const string Run = "run";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_comes_first_is_served_first_though_a_later_one_would_fit()
    {
        var budget = new ByteBudget(10);
        await budget.ReserveAsync(Run, 8, Token);
        var large = budget.ReserveAsync(Run, 9, Token).AsTask();
        var small = budget.ReserveAsync(Run, 1, Token).AsTask();
        Assert.False(small.IsCompleted);
        budget.Release(Run, 8);
        await large;
        await small;
        Assert.Equal(10, budget.Used);
    }

    [Fact]
    public async Task A_cancelled_wait_takes_nothing_and_lets_the_next_one_go_on()
    {
        var budget = new ByteBudget(10);
        await budget.ReserveAsync(Run, 5, Token);
        using var cancelled = new CancellationTokenSource();
        var first = budget.ReserveAsync(Run, 10, cancelled.Token).AsTask();
        var second = budget.ReserveAsync(Run, 5, Token).AsTask();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await second;
        Assert.Equal(10, budget.Used);
        Assert.False(budget.IsContended);
    }

    [Fact]
    public async Task The_run_with_the_least_in_use_is_served_before_the_one_that_came_first()
    {
        var budget = new ByteBudget(10);
        await budget.ReserveAsync("crowd", 10, Token);
        var crowd = Enumerable.Range(0, 20).Select(_ => budget.ReserveAsync("crowd", 1, Token).AsTask()).ToList();
        var lone = budget.ReserveAsync("lone", 3, Token).AsTask();
        budget.Release("crowd", 2);
        Assert.False(lone.IsCompleted);
        Assert.DoesNotContain(crowd, waiter => waiter.IsCompleted);
        budget.Release("crowd", 1);
        await lone;
        Assert.DoesNotContain(crowd, waiter => waiter.IsCompleted);
        budget.Release("crowd", 4);
        await Task.WhenAll(crowd.Take(4));
        Assert.DoesNotContain(crowd.Skip(4), waiter => waiter.IsCompleted);
    }

    [Fact]
    public async Task Two_runs_that_always_want_more_come_to_have_the_same()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var budget = new ByteBudget(1000);
        var held = new Dictionary<string, long> { ["a"] = 0, ["b"] = 0 };
        var waiting = new List<(string Run, int Bytes, Task Granted)>();
        for (var step = 0; step < 5000; step++)
        {
            // The one has ten times the writers of the other.
            foreach (var (run, writers) in ((string, int)[])[("a", 30), ("b", 3)])
            {
                while (waiting.Count(waiter => waiter.Run == run) < writers)
                {
                    var bytes = random.Next(1, 50);
                    waiting.Add((run, bytes, budget.ReserveAsync(run, bytes, Token).AsTask()));
                }
            }

            // Whoever is granted something goes on by itself a moment later.
            while (held.Values.Sum() + waiting.Where(waiter => waiter.Granted.IsCompleted).Sum(waiter => waiter.Bytes) != budget.Used)
            {
                await Task.Yield();
            }

            foreach (var granted in waiting.Where(waiter => waiter.Granted.IsCompleted).ToList())
            {
                held[granted.Run] += granted.Bytes;
                waiting.Remove(granted);
            }

            var given = held.MaxBy(_ => random.Next()).Key;
            var part = Math.Min(held[given], random.Next(1, 60));
            held[given] -= part;
            budget.Release(given, part);
            Assert.True(budget.Used <= budget.Capacity, $"seed {seed}");
        }

        Assert.True(Math.Abs(held["a"] - held["b"]) < 200, $"seed {seed}: {held["a"]} and {held["b"]}");
    }

    [Fact]
    public async Task What_is_to_spare_is_half_of_the_budget_shared_evenly_and_nothing_while_somebody_waits()
    {
        var budget = new ByteBudget(40);
        Assert.True(budget.TryReserveSpare("one", 12));
        Assert.False(budget.TryReserveSpare("one", 9));

        // With a second run each has ten of the twenty that may be spared.
        Assert.True(budget.TryReserveSpare("two", 8));
        Assert.False(budget.TryReserveSpare("two", 1));
        budget.Release("one", 12);
        Assert.True(budget.TryReserveSpare("one", 10));
        Assert.False(budget.TryReserveSpare("one", 1));
        budget.Release("two", 8);
        budget.Release("one", 10);

        await budget.ReserveAsync("one", 1, Token);
        var waiting = budget.ReserveAsync("one", 40, Token).AsTask();
        Assert.False(budget.TryReserveSpare("one", 1));
        budget.Release("one", 1);
        await waiting;
        budget.Release("one", 40);
        Assert.True(budget.TryReserveSpare("one", 20));
    }
}
