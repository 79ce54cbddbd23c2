using Xunit;

namespace Executor.Tests.Exploration;

/// <summary>The exhaustive exploration that docs/protocol.md speaks of.</summary>
public sealed class ExplorationTests
{
    private const int MaxStates = 1_000_000;
    private const int RandomWalks = 300;

    [Theory]
    [InlineData(2, 1, 0, 0, 0, 0, false)]
    [InlineData(2, 0, 1, 0, 0, 0, false)]
    [InlineData(2, 0, 0, 1, 0, 0, false)]
    [InlineData(2, 0, 0, 0, 0, 1, false)]
    [InlineData(1, 2, 1, 0, 0, 0, false)]
    [InlineData(1, 1, 0, 1, 0, 1, false)]
    [InlineData(1, 0, 0, 0, 1, 0, false)]
    [InlineData(1, 0, 0, 0, 1, 1, false)]
    [InlineData(2, 0, 0, 0, 1, 0, false)]
    [InlineData(1, 1, 1, 1, 0, 0, false)]
    [InlineData(1, 0, 1, 0, 1, 0, false)]
    [InlineData(1, 0, 0, 1, 1, 0, false)]
    [InlineData(1, 1, 0, 0, 1, 0, false)]
    [InlineData(2, 0, 0, 0, 0, 0, true)]
    [InlineData(1, 2, 0, 0, 0, 0, true)]
    [InlineData(2, 1, 0, 0, 0, 0, true)]
    [InlineData(1, 1, 1, 0, 0, 0, true)]
    [InlineData(1, 1, 0, 1, 0, 0, true)]
    [InlineData(1, 1, 0, 0, 0, 1, true)]
    [InlineData(1, 0, 0, 0, 1, 0, true)]
    [InlineData(1, 1, 0, 0, 1, 0, true)]
    public void Every_order_of_events_keeps_the_promises(
        int producers, int crashes, int lostAnswers, int lostSegments, int secondDrivers, int secondIncarnations, bool keepsEnded) =>
        Explore(producers, new Faults(crashes, lostAnswers, lostSegments, secondDrivers, secondIncarnations), keepsEnded);

    [Theory]
    [InlineData(2, 0, 0, 0, 0, 1, 0, false)]
    [InlineData(1, 0, 0, 0, 0, 2, 0, false)]
    [InlineData(1, 1, 0, 0, 0, 1, 0, false)]
    [InlineData(1, 1, 0, 0, 0, 1, 0, true)]
    [InlineData(1, 0, 1, 0, 0, 1, 0, false)]
    [InlineData(1, 0, 0, 1, 0, 1, 0, false)]
    [InlineData(1, 0, 0, 0, 1, 1, 0, false)]
    [InlineData(1, 1, 0, 0, 0, 0, 1, false)]
    [InlineData(2, 1, 0, 0, 0, 0, 1, false)]
    [InlineData(1, 1, 0, 0, 0, 0, 1, true)]
    [InlineData(1, 2, 0, 0, 0, 0, 1, false)]
    [InlineData(1, 0, 0, 1, 0, 0, 1, false)]
    [InlineData(1, 1, 0, 0, 0, 1, 1, false)]
    public void Late_writes_and_old_listings_of_an_object_store_keep_the_promises_too(
        int producers, int crashes, int lostAnswers, int secondDrivers, int secondIncarnations, int lateWrites, int oldListings, bool keepsEnded) =>
        Explore(producers, new Faults(crashes, lostAnswers, 0, secondDrivers, secondIncarnations, lateWrites, oldListings), keepsEnded);

    [Theory]
    [InlineData(2, 0, 0, 0, 0, 0, 0, 0, false)]
    [InlineData(2, 1, 0, 0, 0, 0, 0, 0, false)]
    [InlineData(2, 0, 1, 0, 0, 0, 0, 0, false)]
    [InlineData(2, 0, 0, 0, 0, 1, 0, 0, false)]
    [InlineData(1, 1, 0, 1, 0, 0, 0, 0, false)]
    [InlineData(1, 0, 0, 0, 1, 0, 0, 0, false)]
    [InlineData(1, 0, 0, 1, 1, 0, 0, 0, false)]
    [InlineData(1, 1, 0, 0, 0, 0, 1, 0, false)]
    [InlineData(1, 1, 0, 0, 0, 0, 0, 1, false)]
    [InlineData(1, 1, 0, 0, 0, 0, 0, 0, true)]
    [InlineData(2, 0, 0, 0, 0, 0, 0, 0, true)]
    public void Readers_of_slices_that_are_chosen_at_run_time_keep_the_promises_too(
        int producers, int crashes, int lostAnswers, int lostSegments, int secondDrivers, int secondIncarnations, int lateWrites, int oldListings, bool keepsEnded) =>
        Explore(producers, new Faults(crashes, lostAnswers, lostSegments, secondDrivers, secondIncarnations, lateWrites, oldListings), keepsEnded, slices: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_orders_with_every_fault_at_once_keep_the_promises(int producers)
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seeds {seed} to {seed + RandomWalks - 1}");
        var faults = new Faults(2, 2, 1, 1, 2, 2, 1);
        World[] worlds =
        [
            new(new Settings(producers, faults)),
            new(new Settings(producers, faults, keepsEnded: true)),
            new(new Settings(producers, faults, slices: true)),
            new(new Settings(producers, faults, keepsEnded: true, slices: true)),
        ];
        long steps = 0;
        for (var walk = 0; walk < RandomWalks; walk++)
        {
            steps += RandomWalk.Take(worlds[walk % worlds.Length], unchecked(seed + walk));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{steps} steps");
    }

    [Theory]
    [InlineData(nameof(BrokenRule.LaunchBeforeJournal), "started twice", 1, 0, 0, 0, 0)]
    [InlineData(nameof(BrokenRule.AcknowledgeBeforePut), "promise 1", 0, 0, 0, 0, 0)]
    [InlineData(nameof(BrokenRule.ReadLosers), "promise 3", 0, 0, 0, 0, 1)]
    [InlineData(nameof(BrokenRule.ListCommitsFirst), "promise 4", 1, 0, 0, 0, 0)]
    [InlineData(nameof(BrokenRule.OverwriteCommits), "promise 2", 0, 0, 0, 0, 1)]
    [InlineData(nameof(BrokenRule.OverwriteCommitsLate), "promise 2", 0, 0, 0, 0, 1, 1)]
    [InlineData(nameof(BrokenRule.ReleaseBeforeJournal), "promise 6", 1, 0, 0, 0, 0)]
    [InlineData(nameof(BrokenRule.IgnoreFencing), "given out twice", 0, 0, 0, 1, 0)]
    [InlineData(nameof(BrokenRule.ReadWholePartitions), "promise 3", 0, 0, 0, 0, 0, 0, true)]
    public void A_broken_rule_is_noticed(
        string rule, string promise, int crashes, int lostAnswers, int lostSegments, int secondDrivers, int secondIncarnations, int lateWrites = 0, bool slices = false)
    {
        var faults = new Faults(crashes, lostAnswers, lostSegments, secondDrivers, secondIncarnations, lateWrites);
        var result = Explorer.Explore(new World(new Settings(slices ? 2 : 1, faults, Enum.Parse<BrokenRule>(rule), slices: slices)), MaxStates);
        TestContext.Current.TestOutputHelper?.WriteLine($"{rule}: noticed after {result.States} states: {result.Counterexample?.Split('\n')[0]}");
        Assert.NotNull(result.Counterexample);
        Assert.Contains(promise, result.Counterexample, StringComparison.Ordinal);
    }

    private static void Explore(int producers, Faults faults, bool keepsEnded, bool slices = false)
    {
        var result = Explorer.Explore(new World(new Settings(producers, faults, keepsEnded: keepsEnded, slices: slices)), MaxStates);
        TestContext.Current.TestOutputHelper?.WriteLine($"{producers} producers, {(slices ? "slices, " : "")}{faults}, {(keepsEnded ? "ended attempts are kept" : "nothing is left of ended attempts")}: {result.States} states, {result.Steps} steps, {result.Ends} ends, "
            + $"depth {result.Depth}, {result.Elapsed.TotalSeconds:0.0} s");
        Assert.True(result.Counterexample is null, result.Counterexample);
        Assert.True(result.IsComplete, $"more than {MaxStates} states");
    }
}
