using Executor.Kubernetes.Client;
using Executor.Kubernetes.LeaderElection;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Pods;

namespace Executor.Cluster;

/// <summary>
/// Holds the Lease of a run's driver, so that a second driver waits instead of taking over by force. What makes two drivers safe is the journal's epoch,
/// so that a lease that is lost for a while, as when the API server is out of reach, stops nobody: it is taken again when that is possible.
/// </summary>
internal sealed class RunLease : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _loop = Task.CompletedTask;

    private RunLease()
    {
    }

    /// <summary>Waits until the lease is ours, and holds it until disposal.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="run">The run.</param>
    /// <param name="workflow">The workflow's name.</param>
    /// <param name="anchor">What owns the lease.</param>
    /// <param name="identity">Who we are, unique among drivers.</param>
    /// <param name="notice">Is told whom we wait for.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task<RunLease> HoldAsync(
        ClusterConnection cluster,
        string run,
        string workflow,
        ObjectReference anchor,
        string identity,
        Action<string> notice,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(notice);
        var leases = cluster.Client.Leases(cluster.NamespaceName);
        await EnsureAsync(leases, run, workflow, anchor, time, cancellationToken);
        var lease = new RunLease();
        var elector = new LeaderElector(leases, new LeaderElectionConfig { Name = ObjectNames.Lease(run), Identity = identity }, time);
        lease._loop = lease.RunAsync(elector);
        try
        {
            var told = false;
            while (!lease._held.Task.IsCompleted)
            {
                await Task.WhenAny(lease._held.Task, Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
                if (!told && !lease._held.Task.IsCompleted && elector.CurrentLeader is { Length: > 0 } holder)
                {
                    told = true;
                    notice($"run {run} is driven by {holder}: waiting until that has ended or is gone");
                }
            }

            return lease;
        }
        catch
        {
            await lease.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives the lease back, so that the next driver need not wait.</summary>
    public async ValueTask DisposeAsync()
    {
        _ended.TrySetResult();

        // The elector gives the lease back by itself; a server that does not answer is not waited for. Who has no lease has nothing to give back.
        _ending.CancelAfter(_held.Task.IsCompleted ? TimeSpan.FromSeconds(5) : TimeSpan.Zero);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private static async Task EnsureAsync(
        GenericClient<V1Lease> leases, string run, string workflow, ObjectReference anchor, TimeProvider time, CancellationToken cancellationToken)
    {
        // Free, and made before the elector does, which knows nothing of owners.
        var lease = new V1Lease
        {
            Metadata = new V1ObjectMeta
            {
                Name = ObjectNames.Lease(run),
                Labels = RunAnchor.LabelsOf(run, workflow, KubernetesLabels.RunComponent),
                OwnerReferences = [RunAnchor.OwnedBy(anchor)],
            },
            Spec = new V1LeaseSpec(),
        };
        while (true)
        {
            try
            {
                await leases.CreateAsync(lease, cancellationToken: cancellationToken);
                return;
            }
            catch (KubernetesException refusal) when (refusal.IsAlreadyExists)
            {
                if (await IsOwnedAsync(leases, lease.Metadata.Name, anchor, cancellationToken))
                {
                    return;
                }
            }

            // That of a run of the same name that was deleted is going to go, and the elector's own would have no owner.
            await Task.Delay(TimeSpan.FromMilliseconds(500), time, cancellationToken);
        }
    }

    private static async Task<bool> IsOwnedAsync(
        GenericClient<V1Lease> leases, string name, ObjectReference anchor, CancellationToken cancellationToken)
    {
        try
        {
            var standing = await leases.ReadAsync(name, cancellationToken);
            return standing.Metadata.OwnerReferences?.Any(owner => owner.Uid == anchor.Uid) == true;
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            return false;
        }
    }

    private async Task RunAsync(LeaderElector elector)
    {
        while (!_ended.Task.IsCompleted)
        {
            await elector.RunAsync(
                async lost =>
                {
                    _held.TrySetResult();
                    await _ended.Task.WaitAsync(lost);
                },
                _ending.Token);
        }
    }
}
