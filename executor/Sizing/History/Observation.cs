namespace Executor.Sizing.History;

/// <summary>What one attempt of a task class has shown.</summary>
/// <param name="InputBytes">The bytes of its inputs; null if not known.</param>
/// <param name="PeakBytes">The most memory that it had; of a censored attempt the limit that was not enough.</param>
/// <param name="Seconds">How long it ran.</param>
internal readonly record struct Observation(double? InputBytes, double PeakBytes, double Seconds)
{
    /// <summary>True if it ran out of memory: its need is more than <see cref="PeakBytes"/>, by an unknown amount.</summary>
    public bool Censored { get; init; }

    /// <summary>The processors that it used on average: processor seconds by seconds; null if not known.</summary>
    public double? Cores { get; init; }

    /// <summary>The share of its time, 0 to 1, in which it was held back by its processor limit.</summary>
    public double ThrottledShare { get; init; }

    /// <summary>
    /// What is wrong with it, in words that name the field; null if it can be learned from. A damaged measure is refused as a whole: half of it would be no better.
    /// </summary>
    public string? Problem =>
        !IsPositive(PeakBytes) ? $"peakBytes: found {PeakBytes}, expected more than 0"
        : !IsPositive(Seconds) ? $"seconds: found {Seconds}, expected more than 0"
        : InputBytes is { } input && !IsAmount(input) ? $"inputBytes: found {input}, expected 0 or more"
        : Cores is { } cores && !IsAmount(cores) ? $"cores: found {cores}, expected 0 or more"
        : !IsAmount(ThrottledShare) || ThrottledShare > 1 ? $"throttledShare: found {ThrottledShare}, expected 0 to 1"
        : null;

    private static bool IsPositive(double value) => double.IsFinite(value) && value > 0;

    private static bool IsAmount(double value) => double.IsFinite(value) && value >= 0;
}
