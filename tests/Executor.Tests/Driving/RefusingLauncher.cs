using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Launching;

namespace Executor.Tests.Driving;

/// <summary>A launcher that sometimes refuses.</summary>
internal sealed class RefusingLauncher(ILauncher inner, Func<LaunchException?> refusal) : ILauncher
{
    public int Capacity => inner.Capacity;

    public ResourceLimits? Largest => inner.Largest;

    public Task StartAsync(LaunchRequest request, CancellationToken cancellationToken) =>
        refusal() is { } refused ? Task.FromException(refused) : inner.StartAsync(request, cancellationToken);

    public Task CancelAsync(AttemptId attempt, bool immediately, CancellationToken cancellationToken) =>
        inner.CancelAsync(attempt, immediately, cancellationToken);

    public Task<IReadOnlyList<AttemptId>> ListAsync(string run, CancellationToken cancellationToken) => inner.ListAsync(run, cancellationToken);

    public void Release(AttemptId attempt, PlatformCause? cause) => inner.Release(attempt, cause);

    public IAsyncEnumerable<Observation> ObserveAsync(CancellationToken cancellationToken) => inner.ObserveAsync(cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
