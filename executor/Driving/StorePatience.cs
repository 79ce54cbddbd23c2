using Executor.Scheduling;
using Executor.Shuffle.Channel;

namespace Executor.Driving;

/// <summary>
/// Repeats calls to the store while it is out of reach, with growing pauses, up to a limit; says so when it begins and when it is over.
/// Thread-safe.
/// </summary>
internal sealed class StorePatience(TimeSpan limit, BackOff pauses, TimeProvider time, Action<string> notice)
{
    /// <summary>Makes a call that is safe to repeat.</summary>
    /// <param name="what">What is tried, for people: "write the journal".</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Ends call and pauses.</param>
    /// <exception cref="StoreGoneException">The store stayed out of reach.</exception>
    /// <exception cref="ShuffleException">The store refused for a reason that waiting does not mend.</exception>
    public async Task<T> CallAsync<T>(string what, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        var begun = time.GetTimestamp();
        for (var failures = 1; ; failures++)
        {
            try
            {
                var result = await call(cancellationToken);
                if (failures > 1)
                {
                    notice($"the store is back: could {what} after {Seconds(begun)}");
                }

                return result;
            }
            catch (ShuffleException failure) when (IsPassing(failure.Error))
            {
                if (time.GetElapsedTime(begun) >= limit)
                {
                    throw new StoreGoneException($"could not {what} for {Seconds(begun)}: {failure.Message}", failure);
                }

                if (failures == 1)
                {
                    notice($"the store is out of reach, trying on for up to {limit.TotalSeconds:0} s: could not {what}: {failure.Message}");
                }
            }

            await Task.Delay(pauses.After(failures), time, cancellationToken);
        }
    }

    /// <summary>Makes a call without a result; see <see cref="CallAsync{T}"/>.</summary>
    public Task CallAsync(string what, Func<CancellationToken, Task> call, CancellationToken cancellationToken) =>
        CallAsync(
            what,
            async token =>
            {
                await call(token);
                return true;
            },
            cancellationToken);

    private static bool IsPassing(ShuffleError error) =>
        error is ShuffleError.Unavailable or ShuffleError.ResourceExhausted or ShuffleError.Internal;

    private string Seconds(long begun) => $"{time.GetElapsedTime(begun).TotalSeconds:0.0} s";
}

/// <summary>The store stayed out of reach for longer than the driver waits.</summary>
/// <param name="message">What was tried, for how long, and the last failure.</param>
/// <param name="innerException">The last failure.</param>
internal sealed class StoreGoneException(string message, Exception? innerException = null) : Exception(message, innerException);
