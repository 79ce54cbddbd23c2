using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Launching;
using Executor.Launching.Kubernetes.Inspection;
using Executor.Launching.Kubernetes.Watching;

namespace Executor.Cluster;

/// <summary>
/// Watches over a pod of the product's own that has not started yet, a driver's or the store's: says what it waits for, once for each reason, and when it will
/// never start. Not thread-safe.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="subject">What runs in the pod, as a sentence begins with it: "the run's driver".</param>
/// <param name="container">The container that it is.</param>
/// <param name="notice">Is told what it waits for.</param>
/// <param name="time">The clock.</param>
internal sealed class PodStart(ClusterConnection cluster, string subject, string container, Action<string> notice, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ObjectEvents _events = new(cluster.Client, cluster.NamespaceName);

    // A pod that died is replaced after a while that grows to minutes: a pod that is not to be seen is no lost one.
    private readonly PendingRules _rules = new() { EventsAfter = Patience, JobEventsAfter = Patience, MissingPodGrace = null };
    private string? _uid;
    private DateTimeOffset _since;
    private PodInspection? _before;
    private IReadOnlyList<Corev1Event> _known = [];
    private DateTimeOffset _readAgainAt;
    private string? _told;

    /// <summary>Looks at the newest pod, which has not started.</summary>
    /// <returns>Why it never will; null while it may.</returns>
    /// <exception cref="KubernetesException">Its events cannot be read now.</exception>
    public Task<string?> LookAsync(V1Pod pod, CancellationToken cancellationToken) => LookAsync(
        pod.Metadata.Uid!,
        (events, isRead) => PodInspector.Inspect(new PodSight
        {
            Pod = pod,
            TaskContainer = container,
            Events = events,
            EventsRead = isRead,
            Rules = _rules,
            FirstSeen = _since,
            Now = time.GetUtcNow(),
            Before = _before,
        }),
        cancellationToken);

    /// <summary>Looks at the Job, which has no pod.</summary>
    /// <returns>Why it will never have one; null while it may.</returns>
    /// <exception cref="KubernetesException">Its events cannot be read now.</exception>
    public Task<string?> LookAsync(V1Job job, CancellationToken cancellationToken) => LookAsync(
        job.Metadata.Uid!,
        (events, isRead) => MissingPods.Inspect(new MissingPodSight
        {
            Job = job,
            Events = events,
            EventsRead = isRead,
            Rules = _rules,
            MissingSince = _since,
            Now = time.GetUtcNow(),
        }),
        cancellationToken);

    private async Task<string?> LookAsync(string uid, Func<IReadOnlyList<Corev1Event>, bool, PodInspection> inspect, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_uid != uid)
        {
            (_uid, _since, _before, _known, _readAgainAt, _told) = (uid, now, null, [], now, null);
        }

        var inspection = inspect(_known, false);
        if (inspection.WantsEvents && now >= _readAgainAt)
        {
            _known = await EventsAsync(uid, cancellationToken);
            _readAgainAt = now + Patience;
            inspection = inspect(_known, true);
        }

        return Tell(inspection);
    }

    private string? Tell(PodInspection inspection)
    {
        // An inspection that has given up would be repeated for ever, and the pod may start all the same.
        _before = inspection.Phase == ObservedPhase.Ended ? null : inspection;
        if (inspection is { Phase: ObservedPhase.Ended, GiveUp: true, Facts.Platform: { } end })
        {
            // Room on the nodes comes by itself, if late.
            return end.Cause switch
            {
                PlatformCause.ImagePull => $"{end.Message}; --image-registry and --image-tag say where the product's images are",
                PlatformCause.InvalidConfiguration or PlatformCause.Infeasible => end.Message,
                _ => null,
            };
        }

        if (inspection.Waiting is { } reason && reason != _told && time.GetUtcNow() - (inspection.Wait?.Since ?? _since) >= Patience)
        {
            _told = reason;
            notice($"{subject} does not run yet: {reason}");
        }

        return null;
    }

    private async Task<IReadOnlyList<Corev1Event>> EventsAsync(string uid, CancellationToken cancellationToken)
    {
        try
        {
            return await _events.ReadAsync(uid, cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.IsForbidden)
        {
            return [];
        }
    }
}
