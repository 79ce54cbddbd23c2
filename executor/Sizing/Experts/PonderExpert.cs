using Executor.Sizing.History;
using Executor.Sizing.References;

namespace Executor.Sizing.Experts;

/// <summary>What Ponder would predict, and the largest peak where Ponder leaves the request as it is.</summary>
internal sealed class PonderExpert : Expert
{
    /// <summary>The attempts that it knows of, the last ones.</summary>
    public const int Capacity = 400;

    private readonly PonderPredictor _ponder = new(Capacity);

    /// <inheritdoc/>
    public override string Name => "ponder";

    /// <inheritdoc/>
    public override bool Extrapolates => true;

    /// <inheritdoc/>
    public override double? Guess(ClassHistory history, double? inputBytes) => inputBytes is { } input ? _ponder.Predict(input) ?? history.MaxPeak : null;

    /// <inheritdoc/>
    public override void Learn(Observation observation)
    {
        if (observation.InputBytes is { } input)
        {
            _ponder.Add(input, observation.PeakBytes);
        }
    }
}
