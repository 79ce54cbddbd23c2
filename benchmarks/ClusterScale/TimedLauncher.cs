using System.Runtime.CompilerServices;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Launching;
using Executor.Launching.Kubernetes;

namespace Executor.Benchmarks.ClusterScale;

/// <summary>The launcher of a cluster, with requests told apart by attempt, which ends its driver once so many attempts were launched.</summary>
internal sealed class TimedLauncher(KubernetesLauncher launcher, int? endsAfter, Action<AttemptId> onEnd) : ILauncher
{
    private readonly CancellationTokenSource _full = new();
    private int _started;

    public int Capacity => launcher.Capacity;

    public ResourceLimits? Largest => launcher.Largest;

    public async Task StartAsync(LaunchRequest request, CancellationToken cancellationToken)
    {
        LaunchRequests.Launching.Value = request.Descriptor.Attempt;
        await launcher.StartAsync(request, cancellationToken);
        if (Interlocked.Increment(ref _started) == endsAfter)
        {
            await _full.CancelAsync();
        }
    }

    public Task CancelAsync(AttemptId attempt, bool immediately, CancellationToken cancellationToken) =>
        launcher.CancelAsync(attempt, immediately, cancellationToken);

    public Task<IReadOnlyList<AttemptId>> ListAsync(string run, CancellationToken cancellationToken) => launcher.ListAsync(run, cancellationToken);

    public void Release(AttemptId attempt, PlatformCause? cause) => launcher.Release(attempt, cause);

    public async IAsyncEnumerable<Observation> ObserveAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _full.Token);
        await using var seen = launcher.ObserveAsync(either.Token).GetAsyncEnumerator(either.Token);
        while (await NextAsync(seen))
        {
            if (seen.Current.Phase == ObservedPhase.Ended)
            {
                onEnd(seen.Current.Attempt);
            }

            yield return seen.Current;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await launcher.DisposeAsync();
        _full.Dispose();
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<Observation> seen)
    {
        try
        {
            return await seen.MoveNextAsync();
        }
        catch (OperationCanceledException) when (_full.IsCancellationRequested)
        {
            throw new AllLaunchedException();
        }
    }
}

/// <summary>As many attempts were launched as were to be.</summary>
internal sealed class AllLaunchedException() : Exception("all attempts were launched, and the driver is ended here on purpose");
