namespace Executor.Sizing;

/// <summary>What is known when an attempt is about to be launched.</summary>
/// <param name="RequestBytes">What the user asks for; null if nothing.</param>
internal sealed record SizingRequest(long? RequestBytes)
{
    /// <summary>What an attempt gets of which nothing is known: no history, no request.</summary>
    public const long DefaultBytes = 1L << 30;

    /// <summary>The bytes of the attempt's sealed inputs; null if not known.</summary>
    public double? InputBytes { get; init; }

    /// <summary>The least that it may get.</summary>
    public long MinBytes { get; init; }

    /// <summary>The most that the class may get; null if there is no bound.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>What the largest node has for a pod; null if not known. It comes before every other bound.</summary>
    public long? NodeBytes { get; init; }

    /// <summary>The instances of the fan-out that wait to be launched, this one included.</summary>
    public int Waiting { get; init; } = 1;

    /// <summary>The attempts of the class that run now.</summary>
    public int Running { get; init; }

    /// <summary>For how long these have run by now, summed up, in seconds.</summary>
    public double RunningSeconds { get; init; }

    /// <summary>The most that the attempt can get, by both bounds.</summary>
    public long MostBytes => Math.Max(1, Math.Min(MaxBytes ?? long.MaxValue, NodeBytes ?? long.MaxValue));
}
