using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Shuffle.Channel;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Inputs;

/// <summary>
/// Waits for seals. A consumer may be launched on the news of the last commit, while the seal is still being written.
/// </summary>
/// <param name="channel">The store.</param>
/// <param name="time">The clock.</param>
internal sealed class SealWaiter(IShuffleChannel channel, TimeProvider time)
{
    /// <summary>How long a seal may take to appear.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>The seal, as soon as it is there.</summary>
    /// <exception cref="AttemptFailedException">It did not appear within <see cref="Limit"/>.</exception>
    /// <exception cref="ShuffleException">The store refused or could not be reached.</exception>
    public async Task<SealRecord> WaitAsync(SealId id, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            if (await channel.GetSealAsync(id, cancellationToken) is { } seal)
            {
                return seal;
            }

            if (time.GetElapsedTime(started) > Limit)
            {
                throw new AttemptFailedException(
                    AttemptFailure.StoreUnavailable,
                    $"the input {id.Output} was not sealed in generation {id.Generation} within {Limit.TotalMinutes} minutes");
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }
}
