using System.Globalization;

namespace Shuffle.Tests.Faults;

/// <summary>
/// Rounds of a small world in which store pods are killed and requests go wrong at every step of the protocol. <c>EXECUTOR_STORE_FAULT_ROUNDS</c> says how
/// many (6 where it is not set), <c>EXECUTOR_STORE_FAULT_SEED</c> where the seeds begin; <c>scripts/faults --store</c> sets both.
/// </summary>
public sealed class StoreFaultTests(ITestOutputHelper output)
{
    private const int DefaultRounds = 6;

    /// <summary>A seed per round.</summary>
    public static TheoryData<int> Seeds()
    {
        var first = Variable("EXECUTOR_STORE_FAULT_SEED") ?? Random.Shared.Next(1_000_000);
        return [.. Enumerable.Range(first, Variable("EXECUTOR_STORE_FAULT_ROUNDS") ?? DefaultRounds)];
    }

    [Theory]
    [MemberData(nameof(Seeds), DisableDiscoveryEnumeration = true)]
    public async Task What_was_acknowledged_and_committed_is_read_exactly_once_whatever_goes_wrong(int seed)
    {
        var plan = RoundPlan.Of(seed);
        output.WriteLine($"{plan}\nscripts/faults --store --rounds 1 --seed {seed} repeats this round");
        var round = new StoreRound(plan);
        try
        {
            await round.RunAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            output.WriteLine(round.Events);
        }
    }

    [Fact]
    public void Seeds_that_follow_each_other_cover_every_fault_at_every_step()
    {
        var pairs = Enumerable.Range(17, RoundPlan.Pairs).Select(seed => RoundPlan.Of(seed).Faults[0]).Select(fault => (fault.Step, fault.Fault)).ToHashSet();

        Assert.Equal(RoundPlan.Pairs, pairs.Count);
        Assert.InRange(RoundPlan.Pairs, 1, 100);
    }

    [Fact]
    public void A_plan_is_a_function_of_its_seed()
    {
        var (one, other) = (RoundPlan.Of(4711), RoundPlan.Of(4711));

        Assert.Equal(one.ToString(), other.ToString());
        Assert.Equal(one.Attempts, other.Attempts);
        var writer = Channels.SampleData.Writer("run", 1);
        Assert.Equal(new AttemptData(one, writer).Blocks.Select(block => block.Header), new AttemptData(other, writer).Blocks.Select(block => block.Header));
    }

    private static int? Variable(string name)
    {
        var text = Environment.GetEnvironmentVariable(name);
        return string.IsNullOrEmpty(text) ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new InvalidOperationException($"{name}: found '{text}', expected a whole number from 0 to {int.MaxValue}");
    }
}
