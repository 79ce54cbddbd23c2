using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>Converts between steps of a <see cref="TimeUnit"/> and .NET's ticks of 100 ns.</summary>
internal static class TimeScale
{
    public static readonly DateOnly Epoch = new(1970, 1, 1);
    public static readonly long EpochTicks = DateTime.UnixEpoch.Ticks;

    public static long ToTicks(long steps, TimeUnit unit)
    {
        try
        {
            return unit switch
            {
                TimeUnit.Second => checked(steps * TimeSpan.TicksPerSecond),
                TimeUnit.Millisecond => checked(steps * TimeSpan.TicksPerMillisecond),
                TimeUnit.Microsecond => checked(steps * TimeSpan.TicksPerMicrosecond),
                _ => FloorDivide(steps, TimeSpan.NanosecondsPerTick),
            };
        }
        catch (OverflowException)
        {
            throw new ArgumentOutOfRangeException(nameof(steps), steps, $"as a number of {unit}s it is outside of .NET's range");
        }
    }

    public static long FromTicks(long ticks, TimeUnit unit) => unit switch
    {
        TimeUnit.Second => FloorDivide(ticks, TimeSpan.TicksPerSecond),
        TimeUnit.Millisecond => FloorDivide(ticks, TimeSpan.TicksPerMillisecond),
        TimeUnit.Microsecond => FloorDivide(ticks, TimeSpan.TicksPerMicrosecond),
        _ => checked(ticks * TimeSpan.NanosecondsPerTick),
    };

    // Moments before the epoch are rounded to the past too.
    private static long FloorDivide(long value, long divisor) => Math.DivRem(value, divisor) is var (quotient, rest) && rest < 0
        ? quotient - 1
        : quotient;
}
