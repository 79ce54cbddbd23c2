using System.Collections.Concurrent;
using System.Threading.Channels;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;

namespace Executor.Launching.Local;

/// <summary>
/// Runs attempts as processes of this machine: the same task runner as in a pod, one process per attempt. A runner ends with the executor that
/// started it, so no attempt is ever adopted; what an executor that was killed left behind is ended by <see cref="ListAsync"/>.
/// </summary>
internal sealed class LocalProcessLauncher : ILauncher
{
    private readonly ConcurrentDictionary<AttemptId, LocalAttempt> _running = new();
    private readonly Channel<Observation> _observations = Channel.CreateUnbounded<Observation>(new() { SingleReader = true });
    private readonly LocalLauncherOptions _options;
    private readonly TimeProvider _time;
    private readonly MemoryWatch? _watch;

    public LocalProcessLauncher(LocalLauncherOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _watch = options.Cgroups is null ? new MemoryWatch(() => _running.Values, time) : null;
        Directory.CreateDirectory(options.Directory);
        Largest = MachineMemory.Read() is { } bytes ? new ResourceLimits(Environment.ProcessorCount * 1000L, bytes) : null;
    }

    /// <inheritdoc/>
    public int Capacity => _options.Capacity;

    /// <inheritdoc/>
    public ResourceLimits? Largest { get; }

    /// <inheritdoc/>
    public async Task StartAsync(LaunchRequest request, CancellationToken cancellationToken)
    {
        var id = request.Descriptor.Attempt;
        if (_running.ContainsKey(id))
        {
            return;
        }

        LocalAttempt attempt;
        try
        {
            attempt = await LocalAttempt.StartAsync(request, _options, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            throw new LaunchException(hold: true, $"{id.Instance} cannot be started on this machine: {exception.Message}", exception);
        }

        _running[id] = attempt;
        Publish(id, ObservedPhase.Running, new AttemptFacts { Seen = _time.GetUtcNow(), Node = Environment.MachineName });
        _ = FollowAsync(attempt);
    }

    /// <inheritdoc/>
    public Task CancelAsync(AttemptId attempt, bool immediately, CancellationToken cancellationToken)
    {
        if (_running.TryGetValue(attempt, out var local))
        {
            local.Cancel(immediately);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AttemptId>> ListAsync(string run, CancellationToken cancellationToken)
    {
        await LeftBehind.EndAsync(_options.Directory, run, _running.Values.Select(a => a.Directory.Path).ToHashSet(), _time, cancellationToken);
        return [.. _running.Keys.Where(id => id.Run == run)];
    }

    /// <inheritdoc/>
    public void Release(AttemptId attempt, PlatformCause? cause)
    {
        // The files of an ended attempt went with its process.
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Observation> ObserveAsync(CancellationToken cancellationToken) =>
        _observations.Reader.ReadAllAsync(cancellationToken);

    /// <summary>Ends every attempt that still runs, at once, and then the stream of observations.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var attempt in _running.Values)
        {
            attempt.Cancel(immediately: true);
        }

        await Task.WhenAll(_running.Values.Select(attempt => attempt.Ended));
        if (_watch is not null)
        {
            await _watch.DisposeAsync();
        }

        _observations.Writer.TryComplete();
    }

    private async Task FollowAsync(LocalAttempt attempt)
    {
        var facts = await attempt.Ended;
        Publish(attempt.Id, ObservedPhase.Ended, facts with { Seen = _time.GetUtcNow() });
        _running.TryRemove(attempt.Id, out _);
    }

    private void Publish(AttemptId attempt, ObservedPhase phase, AttemptFacts facts) =>
        _observations.Writer.TryWrite(new Observation(attempt, phase, facts));
}
