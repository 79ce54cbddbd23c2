using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Usage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Executor.Shuffle.Engine.Hosting;

/// <summary>Has what runs cost written down every half minute, as far as that is worth it.</summary>
internal sealed partial class UsageRecorder(UsageRecords usage, TimeProvider timeProvider, ILogger logger) : BackgroundService
{
    /// <summary>How often.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    /// <summary>How long the end of the process may be held up by it.</summary>
    private static readonly TimeSpan LastWriteLimit = TimeSpan.FromSeconds(2);

    /// <summary>Writes down what is left, at the end of the process.</summary>
    internal static async Task WriteLastAsync(UsageRecords usage, TimeProvider timeProvider, ILogger logger)
    {
        using var limit = new CancellationTokenSource(LastWriteLimit, timeProvider);
        try
        {
            await usage.WriteAsync(isLast: true, limit.Token);
        }
        catch (Exception exception) when (exception is ObjectStoreException or OperationCanceledException)
        {
            NotWritten(logger, exception.Message);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, timeProvider);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await usage.WriteAsync(isLast: false, stoppingToken);
            }
            catch (ObjectStoreException failure)
            {
                NotWritten(logger, failure.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "what runs cost was not written down: {Reason}")]
    private static partial void NotWritten(ILogger logger, string reason);
}
