using Executor.Sizing.History;

namespace Executor.Sizing.Experts;

/// <summary>One way to guess a peak from a class's history. Not thread-safe.</summary>
internal abstract class Expert
{
    /// <summary>A short name, for logs.</summary>
    public abstract string Name { get; }

    /// <summary>Whether a guess goes on growing with the input beyond the inputs that were seen.</summary>
    public virtual bool Extrapolates => false;

    /// <summary>What it guesses, in bytes, from all that the history holds; null if it has nothing to go by.</summary>
    /// <param name="history">At least one observation.</param>
    /// <param name="inputBytes">The input of the attempt in question; null if not known.</param>
    public abstract double? Guess(ClassHistory history, double? inputBytes);

    /// <summary>Learns from an observation that is in the history already.</summary>
    public virtual void Learn(Observation observation)
    {
    }
}

/// <summary>What the Vertical Pod Autoscaler would recommend.</summary>
internal sealed class VpaExpert : Expert
{
    /// <inheritdoc/>
    public override string Name => "vpa";

    /// <inheritdoc/>
    public override double? Guess(ClassHistory history, double? inputBytes) => history.Vpa.Target;
}

/// <summary>The largest known need, a tenth more.</summary>
internal sealed class MaximumExpert : Expert
{
    /// <summary>What is put on top.</summary>
    public const double Margin = 1.10;

    /// <inheritdoc/>
    public override string Name => "maximum";

    /// <inheritdoc/>
    public override double? Guess(ClassHistory history, double? inputBytes) => Margin * history.MaxNeed;
}

/// <summary>The mean of all peaks.</summary>
internal sealed class ConstantExpert : Expert
{
    /// <inheritdoc/>
    public override string Name => "constant";

    /// <inheritdoc/>
    public override double? Guess(ClassHistory history, double? inputBytes) => history.MeanPeak;
}

/// <summary>A least-squares line of peaks over inputs, never below half of the smallest peak.</summary>
internal sealed class LinearExpert : Expert
{
    /// <inheritdoc/>
    public override string Name => "linear";

    /// <inheritdoc/>
    public override bool Extrapolates => true;

    /// <inheritdoc/>
    public override double? Guess(ClassHistory history, double? inputBytes) =>
        inputBytes is { } input && history.InputPeak.Count > 0 ? Math.Max(history.InputPeak.Line(input), history.MinPeak / 2) : null;
}

/// <summary>A power of the input: a least-squares line through the logarithms.</summary>
internal sealed class PowerExpert : Expert
{
    /// <inheritdoc/>
    public override string Name => "power";

    /// <inheritdoc/>
    public override bool Extrapolates => true;

    /// <inheritdoc/>
    public override double? Guess(ClassHistory history, double? inputBytes) =>
        inputBytes is { } input && history.LogInputPeak.Count > 0 ? Math.Exp(history.LogInputPeak.Line(Math.Log(Math.Max(input, 1)))) : null;
}

/// <summary>The largest peak of those whose inputs are nearest: a tenth of all, at least 3 and at most 15.</summary>
internal sealed class NeighboursExpert : Expert
{
    /// <inheritdoc/>
    public override string Name => "neighbours";

    /// <inheritdoc/>
    public override double? Guess(ClassHistory history, double? inputBytes)
    {
        var all = history.ByInput;
        if (inputBytes is not { } input || all.Count == 0)
        {
            return null;
        }

        var above = FirstNotBelow(all, input);
        var below = above - 1;
        var largest = 0.0;
        for (var left = Math.Min(Math.Clamp(all.Count / 10, 3, 15), all.Count); left > 0; left--)
        {
            var takeBelow = above == all.Count || (below >= 0 && input - all[below].Input <= all[above].Input - input);
            largest = Math.Max(largest, all[takeBelow ? below-- : above++].Peak);
        }

        return largest;
    }

    private static int FirstNotBelow(IReadOnlyList<(double Input, long Order, double Peak)> all, double input)
    {
        var (low, high) = (0, all.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = all[middle].Input < input ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
