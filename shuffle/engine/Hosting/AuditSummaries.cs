using Executor.Shuffle.Engine.Security;
using Microsoft.Extensions.Hosting;

namespace Executor.Shuffle.Engine.Hosting;

/// <summary>Has the audit log say every minute, and at the end, what it has left out.</summary>
internal sealed class AuditSummaries(AuditLog audit, TimeProvider timeProvider) : BackgroundService
{
    /// <summary>How often.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                audit.TellLeftOut();
            }
        }
        finally
        {
            audit.TellLeftOut();
        }
    }
}
