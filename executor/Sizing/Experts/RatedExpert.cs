using Executor.Sizing.History;

namespace Executor.Sizing.Experts;

/// <summary>An expert with its record: what its proposals would have cost, each made before the outcome was known. Not thread-safe.</summary>
/// <param name="expert">The expert.</param>
/// <param name="scaled">True if its guesses are multiplied with a <see cref="SafetyFactor"/>; else they are proposals as they are.</param>
internal sealed class RatedExpert(Expert expert, bool scaled)
{
    // Of the cost of an attempt a hundred attempts ago an eighth still counts.
    private const double Decay = 0.98;

    private readonly SafetyFactor? _safety = scaled ? new SafetyFactor() : null;
    private double? _factor;
    private long _factorOf;

    /// <summary>The expert's name.</summary>
    public string Name => expert.Name;

    /// <inheritdoc cref="Expert.Extrapolates"/>
    public bool Extrapolates => expert.Extrapolates;

    /// <summary>The cost of what it proposed, older proposals counting less, in byte-seconds.</summary>
    public double Cost { get; private set; }

    /// <summary>What it would allocate; null if it cannot tell.</summary>
    public double? Propose(ClassHistory history, double? inputBytes) =>
        expert.Guess(history, inputBytes) is { } guess && Factor(history) is { } factor ? guess * factor : null;

    /// <summary>Rates what it would have proposed, before the observation is in the history. What it cannot tell counts as <paramref name="otherwise"/>.</summary>
    public void Rate(ClassHistory history, Observation observation, double otherwise)
    {
        var guess = expert.Guess(history, observation.InputBytes);
        var proposal = guess * Factor(history) ?? otherwise;
        Cost = (Cost * Decay) + OutOfMemoryPrice.Cost(proposal, observation.PeakBytes, observation.Seconds, history.MaxNeed);
        if (guess is { } made && made > 0 && double.IsFinite(made))
        {
            _safety?.Add(made, observation.PeakBytes, observation.Seconds, history.Seen);
        }
    }

    /// <summary>Learns from an observation that is in the history already.</summary>
    public void Learn(Observation observation) => expert.Learn(observation);

    private double? Factor(ClassHistory history)
    {
        if (_safety is null)
        {
            return 1;
        }

        // It moves little once much is known, and finding it costs time: it is found anew whenever the class has grown by a hundredth.
        if (_safety.Count > 0 && (_factor is null || history.Seen >= _factorOf + Math.Max(1, _factorOf / 100)))
        {
            _factor = _safety.Choose(history.MaxNeed, history.Seen);
            _factorOf = history.Seen;
        }

        return _factor;
    }
}
