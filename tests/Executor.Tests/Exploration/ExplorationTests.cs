using Xunit;

namespace Executor.Tests.Exploration;

/// <summary>The exhaustive exploration that docs/protocol.md speaks of.</summary>
public sealed class ExplorationTests
{
    private const int MaxStates = 3_000_000;

    [Theory]
    [InlineData(2, 0, 0, 0, 0, 0)]
    [InlineData(1, 1, 0, 0, 0, 0)]
    [InlineData(1, 0, 1, 0, 0, 0)]
    [InlineData(1, 0, 0, 1, 0, 0)]
    [InlineData(1, 0, 0, 0, 1, 0)]
    [InlineData(1, 0, 0, 0, 0, 1)]
    public void Every_order_of_events_keeps_the_promises(int producers, int crashes, int lostAnswers, int lostSegments, int secondDrivers, int secondIncarnations)
    {
        var faults = new Faults(crashes, lostAnswers, lostSegments, secondDrivers, secondIncarnations);
        var result = Explorer.Explore(new World(new Settings(producers, faults)), MaxStates);
        TestContext.Current.TestOutputHelper?.WriteLine($"{producers} producers, {faults}: {result.States} states, {result.Steps} steps, {result.Ends} ends, "
            + $"depth {result.Depth}, {result.Elapsed.TotalSeconds:0.0} s");
        Assert.True(result.Counterexample is null, result.Counterexample);
        Assert.True(result.IsComplete, $"more than {MaxStates} states");
    }
}
