namespace Shuffle.Tests.Faults;

/// <summary>A clock that is wrong by a constant; timers run in real time.</summary>
internal sealed class SkewedClock(TimeSpan skew) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + skew;
}
