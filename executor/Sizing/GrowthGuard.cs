using Executor.Sizing.History;

namespace Executor.Sizing;

/// <summary>
/// How much larger than what has been seen an attempt may have to be expected. What ends first is what ran shortest, and where small memory goes with short runs, or with small
/// inputs, the first outcomes tell only of the small.
/// </summary>
internal static class GrowthGuard
{
    // Time in flight counts once it is more than three times that of ended attempts, about.
    private const double FlightShare = 0.3;

    // A slope of memory over time is believed after runs that differ by a sixth or so; until then there is none.
    private const double TimePriorWeight = 0.03;
    private const double TimePrior = 0;

    // A slope of memory over input is one until known otherwise.
    private const double InputPriorWeight = 0.03;
    private const double InputPrior = 1;

    /// <summary>The factor, at least 1, for the attempts that run longer than those that have ended.</summary>
    public static double OfRunning(ClassHistory history, double runningSeconds)
    {
        var pressure = FlightShare * runningSeconds / history.TotalSeconds;
        return pressure <= 1 ? 1 : Math.Pow(pressure, history.LogSecondsPeak.Slope(TimePrior, TimePriorWeight));
    }

    /// <summary>The factor, at least 1, for an input that is larger than all inputs that were seen.</summary>
    public static double OfInput(ClassHistory history, double? inputBytes)
    {
        if (inputBytes is not { } input || history.ByInput.Count == 0)
        {
            return 1;
        }

        var growth = Math.Max(input, 1) / Math.Max(history.ByInput[^1].Input, 1);
        return growth <= 1 ? 1 : Math.Pow(growth, history.LogInputPeak.Slope(InputPrior, InputPriorWeight));
    }
}
