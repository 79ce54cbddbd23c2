namespace Executor.TestKit.S3;

/// <summary>A plan of random faults: the same for the same seed, as long as requests come in the same order. Thread-safe.</summary>
/// <param name="seed">What the faults follow from.</param>
/// <param name="rate">The share of requests that meet one, 0 to 1.</param>
/// <param name="faults">Which there are.</param>
public sealed class SeededFaults(int seed, double rate, params ProxyFault[] faults)
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);

    /// <summary>The next request's fault.</summary>
    public ProxyFault? Next()
    {
        lock (_lock)
        {
            return _random.NextDouble() < rate ? faults[_random.Next(faults.Length)] : null;
        }
    }
}
