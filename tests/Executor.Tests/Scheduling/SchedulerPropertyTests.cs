using Executor.Scheduling;
using Xunit;

namespace Executor.Tests.Scheduling;

public sealed class SchedulerPropertyTests
{
    private const int Runs = 4_000;

    [Theory]
    [InlineData(20261122)]
    [InlineData(7)]
    public void Whatever_happens_in_whatever_order_a_run_ends_and_keeps_its_rules(int seed)
    {
        var outcomes = new int[3];
        var (losses, crashes, slices) = (0, 0, 0);
        for (var run = 0; run < Runs; run++)
        {
            var simulated = new SimulatedRun(seed + run);
            try
            {
                outcomes[(int)simulated.Run()]++;
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"seed {seed + run}: {failure.Message}", failure);
            }

            losses += simulated.Losses;
            crashes += simulated.Crashes;
            slices += simulated.Slices;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"seeds {seed} to {seed + Runs - 1}: {outcomes[0]} succeeded, {outcomes[1]} failed, {outcomes[2]} cancelled; {losses} losses, {crashes} crashes, {slices} times sliced");
        Assert.True(slices > Runs / 10, $"only {slices} tasks were sliced");
        Assert.All(Enum.GetValues<RunOutcome>(), outcome => Assert.True(outcomes[(int)outcome] > Runs / 100, $"hardly any run {outcome}"));
    }
}
