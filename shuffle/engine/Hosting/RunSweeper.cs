using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Objects;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Executor.Shuffle.Engine.Hosting;

/// <summary>Deletes runs that have grown older than they may become, at the start and then every quarter of that time, at least hourly.</summary>
internal sealed partial class RunSweeper(ShuffleEngine engine, TimeSpan timeToLive, TimeProvider timeProvider, ILogger logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period(), timeProvider);
        do
        {
            await SweepAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private TimeSpan Period() => TimeSpan.FromTicks(Math.Clamp(timeToLive.Ticks / 4, TimeSpan.TicksPerSecond, TimeSpan.TicksPerHour));

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var run in await engine.SweepAsync(timeProvider.GetUtcNow() - timeToLive, cancellationToken))
            {
                Swept(logger, run, timeToLive);
            }
        }
        catch (ObjectStoreException failure)
        {
            // What is left is found by the next sweep.
            SweepFailed(logger, failure.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "run {Run} was deleted: older than {TimeToLive}")]
    private static partial void Swept(ILogger logger, string run, TimeSpan timeToLive);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a sweep of old runs failed and will be repeated: {Reason}")]
    private static partial void SweepFailed(ILogger logger, string reason);
}
