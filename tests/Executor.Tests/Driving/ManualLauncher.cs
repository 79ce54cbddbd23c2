using System.Collections.Concurrent;
using System.Threading.Channels;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Launching;

namespace Executor.Tests.Driving;

/// <summary>A launcher whose attempts do what the test says.</summary>
internal sealed class ManualLauncher : ILauncher
{
    private readonly Channel<Observation> _observations = Channel.CreateUnbounded<Observation>();
    private readonly Channel<LaunchRequest> _started = Channel.CreateUnbounded<LaunchRequest>();

    public int Capacity => 100;

    public ResourceLimits? Largest { get; init; }

    /// <summary>Attempts that exist from the beginning.</summary>
    public List<AttemptId> Existing { get; } = [];

    /// <summary>Thrown by the next starts, one each.</summary>
    public ConcurrentQueue<Exception> Refusals { get; } = new();

    public ConcurrentQueue<AttemptId> Cancelled { get; } = new();

    public ConcurrentQueue<(AttemptId Attempt, PlatformCause? Cause)> Released { get; } = new();

    public Action<AttemptId>? OnRelease { get; set; }

    public ValueTask<LaunchRequest> NextStartAsync(CancellationToken cancellationToken) => _started.Reader.ReadAsync(cancellationToken);

    public void Tell(AttemptId attempt, ObservedPhase phase, AttemptFacts? facts = null) =>
        _observations.Writer.TryWrite(new Observation(attempt, phase, facts ?? new AttemptFacts { Seen = DateTimeOffset.UnixEpoch, ExitCode = 0 }));

    public Task StartAsync(LaunchRequest request, CancellationToken cancellationToken)
    {
        if (Refusals.TryDequeue(out var refusal))
        {
            throw refusal;
        }

        _started.Writer.TryWrite(request);
        return Task.CompletedTask;
    }

    public Task CancelAsync(AttemptId attempt, bool immediately, CancellationToken cancellationToken)
    {
        Cancelled.Enqueue(attempt);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<AttemptId>> ListAsync(string run, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AttemptId>>(Existing);

    public void Release(AttemptId attempt, PlatformCause? cause)
    {
        OnRelease?.Invoke(attempt);
        Released.Enqueue((attempt, cause));
    }

    public IAsyncEnumerable<Observation> ObserveAsync(CancellationToken cancellationToken) => _observations.Reader.ReadAllAsync(cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
