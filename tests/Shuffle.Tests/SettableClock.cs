namespace Shuffle.Tests;

/// <summary>A clock that stands still until it is set; timers run in real time.</summary>
internal sealed class SettableClock(DateTimeOffset now) : TimeProvider
{
    internal DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
