using System.Net;
using Executor.Planning;
using Executor.Shuffle.Engine.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Executor.Metrics;

/// <summary>
/// The port on which a driver shows what it measures of its run: <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c> (200 while the run is driven, 503 once it has
/// ended). Thread-safe.
/// </summary>
internal sealed class RunMetrics : IAsyncDisposable
{
    private readonly MonitoringServer _server;
    private readonly DrivingState _state;
    private Task _lastScrape = Task.CompletedTask;

    private RunMetrics(MonitoringServer server, RunInstruments instruments, DrivingState state)
    {
        (_server, Instruments, _state) = (server, instruments, state);
    }

    /// <summary>Where it listens; ends with a slash.</summary>
    public Uri Address => _server.Address;

    /// <summary>What is shown.</summary>
    public RunInstruments Instruments { get; }

    /// <summary>Begins to listen.</summary>
    /// <param name="listen">Where; <c>[::]</c> is every address, of either family.</param>
    /// <param name="plan">The run's plan.</param>
    /// <param name="run">The run's id.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <exception cref="IOException">The port cannot be used.</exception>
    public static async Task<RunMetrics> StartAsync(IPEndPoint listen, RunPlan plan, string run, CancellationToken cancellationToken)
    {
        var instruments = new RunInstruments(plan, run);
        try
        {
            var state = new DrivingState();
            var server = await MonitoringServer.StartAsync(
                listen, instruments.Meter, () => state.HasEnded ? new(false, "ended") : new(true, "driving"), NullLoggerFactory.Instance, cancellationToken);
            instruments.Begin();
            return new RunMetrics(server, instruments, state);
        }
        catch
        {
            instruments.Dispose();
            throw;
        }
    }

    /// <summary>The run has ended, and everything of it is measured: a scrape from now on sees all. To be called once.</summary>
    public void End()
    {
        _lastScrape = _server.NextScrapeAsync(CancellationToken.None);
        _state.HasEnded = true;
    }

    /// <summary>
    /// What was measured last waits for a scrape since <see cref="End"/>. Returns when that has come, when the time is over, or when it is cancelled; at once
    /// if the run has not ended.
    /// </summary>
    /// <param name="longest">The longest wait; none if zero.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task LingerAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        if (longest <= TimeSpan.Zero)
        {
            return;
        }

        using var limit = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _lastScrape.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Nobody came for it in time.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Instruments.Dispose();
    }

    private sealed class DrivingState
    {
        private volatile bool _hasEnded;

        public bool HasEnded
        {
            get => _hasEnded;
            set => _hasEnded = value;
        }
    }
}
