using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;

namespace Executor.Kubernetes.LeaderElection;

/// <summary>
/// Holds a Lease as long as possible (client-go's algorithm). It saves work and does not make it safe: a leader that was stopped for a while may act
/// after another took over, so writes need a fence of their own. Times of others are measured from when a change of theirs was seen here, so clocks
/// need not agree.
/// </summary>
/// <param name="leases">The leases of the namespace.</param>
/// <param name="config">Which lease, and its times.</param>
/// <param name="timeProvider">The clock.</param>
public sealed class LeaderElector(GenericClient<V1Lease> leases, LeaderElectionConfig config, TimeProvider timeProvider)
{
    private V1Lease? _observed;
    private long _observedAt;

    /// <summary>The holder as last seen; null before the first look.</summary>
    public string? CurrentLeader => _observed?.Spec?.HolderIdentity;

    /// <summary>
    /// Waits for the lease, runs <paramref name="lead"/> while it is held, and gives it back. The token of <paramref name="lead"/> is cancelled when
    /// the lease is lost, or with <paramref name="cancellationToken"/>. Returns when <paramref name="lead"/> has ended: true when it ended by itself,
    /// false when it lost the lease; its own exceptions pass through.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<bool> RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lead);
        config.Validate();
        while (!await TryHoldAsync(cancellationToken))
        {
            await Task.Delay(config.RetryPeriod, timeProvider, cancellationToken);
        }

        using var leading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var renewing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewal = RenewAsync(leading, renewing.Token);
        var lost = false;
        try
        {
            await lead(leading.Token);
        }
        catch (OperationCanceledException) when (leading.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            lost = true;
        }
        finally
        {
            await renewing.CancelAsync();
            lost |= !await renewal;
            if (!lost)
            {
                await ReleaseAsync();
            }
        }

        return !lost;
    }

    /// <summary>Renews until cancelled; false when the lease was lost, after telling the leader.</summary>
    private async Task<bool> RenewAsync(CancellationTokenSource leading, CancellationToken cancellationToken)
    {
        var renewedAt = timeProvider.GetTimestamp();
        try
        {
            while (true)
            {
                await Task.Delay(config.RetryPeriod, timeProvider, cancellationToken);
                var rest = config.RenewDeadline - timeProvider.GetElapsedTime(renewedAt);
                if (rest > TimeSpan.Zero && await TryHoldWithinAsync(rest, cancellationToken))
                {
                    renewedAt = timeProvider.GetTimestamp();
                }
                else if (timeProvider.GetElapsedTime(renewedAt) >= config.RenewDeadline || CurrentLeader != config.Identity)
                {
                    await leading.CancelAsync();
                    return false;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    private async Task<bool> TryHoldWithinAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            return await TryHoldAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Takes or renews the lease if it is free, expired or ours.</summary>
    private async Task<bool> TryHoldAsync(CancellationToken cancellationToken)
    {
        try
        {
            var found = await FindAsync(cancellationToken);
            if (found is null)
            {
                Observe(await leases.CreateAsync(Held(null), cancellationToken: cancellationToken));
                return true;
            }

            Observe(found);
            var spec = found.Spec;
            var isFree = string.IsNullOrEmpty(spec?.HolderIdentity) || spec.HolderIdentity == config.Identity;
            if (!isFree && timeProvider.GetElapsedTime(_observedAt) < TimeSpan.FromSeconds(spec!.LeaseDurationSeconds ?? 0))
            {
                return false;
            }

            // The version makes this conditional: of several candidates one succeeds.
            Observe(await leases.ReplaceAsync(Held(found), config.Name, cancellationToken: cancellationToken));
            return true;
        }
        catch (KubernetesException)
        {
            // Whatever it was, the next try is soon.
            return false;
        }
    }

    private async Task<V1Lease?> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await leases.ReadAsync(config.Name, cancellationToken);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    private V1Lease Held(V1Lease? found)
    {
        var now = timeProvider.GetUtcNow().UtcDateTime;
        var spec = found?.Spec;
        var isOurs = spec?.HolderIdentity == config.Identity;
        return new V1Lease
        {
            Metadata = found?.Metadata ?? new V1ObjectMeta { Name = config.Name, NamespaceProperty = leases.NamespaceName },
            Spec = new V1LeaseSpec
            {
                HolderIdentity = config.Identity,
                LeaseDurationSeconds = (int)config.LeaseDuration.TotalSeconds,
                AcquireTime = isOurs ? spec!.AcquireTime ?? now : now,
                RenewTime = now,
                LeaseTransitions = isOurs || found is null ? spec?.LeaseTransitions ?? 0 : (spec?.LeaseTransitions ?? 0) + 1,
            },
        };
    }

    private void Observe(V1Lease lease)
    {
        if (_observed?.Metadata.ResourceVersion != lease.Metadata.ResourceVersion)
        {
            _observed = lease;
            _observedAt = timeProvider.GetTimestamp();
        }
    }

    private async Task ReleaseAsync()
    {
        using var limit = new CancellationTokenSource(config.RenewDeadline, timeProvider);
        try
        {
            for (var held = _observed; held?.Spec?.HolderIdentity == config.Identity; held = await FindAsync(limit.Token))
            {
                held.Spec.HolderIdentity = "";
                held.Spec.LeaseDurationSeconds = 1;
                try
                {
                    await leases.ReplaceAsync(held, config.Name, cancellationToken: limit.Token);
                    return;
                }
                catch (KubernetesException refusal) when (refusal.IsConflict)
                {
                    // The server took a renewal whose answer was no longer waited for: there is a newer version of what is still ours.
                }
            }
        }
        catch (Exception e) when (e is KubernetesException or OperationCanceledException)
        {
            // It expires by itself.
        }
    }
}
