using System.Globalization;
using Xunit;

namespace EndToEnd.Tests.Faults;

/// <summary>
/// kill -9 of runners, stores and executors at random points of a workflow. <c>EXECUTOR_FAULT_ROUNDS</c> says how often (2 where it is not set),
/// <c>EXECUTOR_FAULT_SEED</c> where the seeds begin; <c>scripts/faults</c> sets both.
/// </summary>
public sealed class FaultTests(ITestOutputHelper output)
{
    private const int DefaultRounds = 2;

    /// <summary>A seed per round.</summary>
    public static TheoryData<int> Seeds()
    {
        var first = Variable("EXECUTOR_FAULT_SEED") ?? Random.Shared.Next(1_000_000);
        return [.. Enumerable.Range(first, Variable("EXECUTOR_FAULT_ROUNDS") ?? DefaultRounds)];
    }

    [Theory]
    [MemberData(nameof(Seeds), DisableDiscoveryEnumeration = true)]
    public async Task Killed_processes_change_neither_the_answer_nor_what_is_stored(int seed)
    {
        var plan = FaultPlan.Of(seed);
        output.WriteLine($"{plan}\nscripts/faults --rounds 1 --seed {seed} repeats this round");
        await using var round = new FaultRound(plan);
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
    public void A_few_dozen_seeds_kill_everything_at_every_kind_of_moment()
    {
        var pairs = Enumerable.Range(0, 18).Select(seed => FaultPlan.Of(seed).Faults[0]).Select(fault => (fault.Victim, fault.Moment)).ToHashSet();

        Assert.Equal(Enum.GetValues<Victim>().Length * Enum.GetValues<Moment>().Length, pairs.Count);
    }

    private static int? Variable(string name)
    {
        var text = Environment.GetEnvironmentVariable(name);
        return string.IsNullOrEmpty(text) ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new InvalidOperationException($"{name}: found '{text}', expected a whole number from 0 to {int.MaxValue}");
    }
}
