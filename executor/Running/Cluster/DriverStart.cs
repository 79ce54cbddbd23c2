using Executor.Cluster;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Launching;
using Executor.Launching.Kubernetes.Inspection;

namespace Executor.Running.Cluster;

/// <summary>
/// Watches over a driver that has not started yet: says what its pod waits for, once for each reason, and when it will never start. Not thread-safe.
/// </summary>
internal sealed class DriverStart(ClusterConnection cluster, IRunOutput output, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private const int MaxEvents = 50;

    private readonly GenericClient<Corev1Event> _events = cluster.Client.Events(cluster.NamespaceName);
    // A driver that died is replaced after a while that grows to minutes: a pod that is not to be seen is no lost one.
    private readonly PendingRules _rules = new() { EventsAfter = Patience, JobEventsAfter = Patience, MissingPodGrace = null };
    private string? _subject;
    private DateTimeOffset _since;
    private PodInspection? _before;
    private string? _told;

    /// <summary>Looks at the driver's newest pod, which has not started.</summary>
    /// <returns>Why it never will; null while it may.</returns>
    /// <exception cref="KubernetesException">Its events cannot be read now.</exception>
    public async Task<string?> LookAsync(V1Pod pod, CancellationToken cancellationToken)
    {
        Begin(pod.Metadata.Uid!);
        var sight = new PodSight
        {
            Pod = pod,
            TaskContainer = DriverJob.Container,
            Rules = _rules,
            FirstSeen = _since,
            Now = time.GetUtcNow(),
            Before = _before,
        };
        var inspection = PodInspector.Inspect(sight);
        if (inspection.WantsEvents)
        {
            inspection = PodInspector.Inspect(sight with { Events = await EventsAsync(pod.Metadata.Uid!, cancellationToken), EventsRead = true });
        }

        return Tell(inspection);
    }

    /// <summary>Looks at the driver's Job, which has no pod.</summary>
    /// <returns>Why it will never have one; null while it may.</returns>
    /// <exception cref="KubernetesException">Its events cannot be read now.</exception>
    public async Task<string?> LookAsync(V1Job job, CancellationToken cancellationToken)
    {
        Begin(job.Metadata.Uid!);
        var sight = new MissingPodSight { Job = job, Rules = _rules, MissingSince = _since, Now = time.GetUtcNow() };
        var inspection = MissingPods.Inspect(sight);
        if (inspection.WantsEvents)
        {
            inspection = MissingPods.Inspect(sight with { Events = await EventsAsync(job.Metadata.Uid!, cancellationToken), EventsRead = true });
        }

        return Tell(inspection);
    }

    private void Begin(string subject)
    {
        if (_subject != subject)
        {
            (_subject, _since, _before, _told) = (subject, time.GetUtcNow(), null, null);
        }
    }

    private string? Tell(PodInspection inspection)
    {
        _before = inspection;
        if (inspection is { Phase: ObservedPhase.Ended, GiveUp: true, Facts.Platform: { } end })
        {
            // Room on the nodes comes by itself, if late.
            var canNever = end.Cause is PlatformCause.ImagePull or PlatformCause.InvalidConfiguration or PlatformCause.Infeasible;
            return canNever ? end.Message : null;
        }

        if (inspection.Waiting is { } reason && reason != _told && time.GetUtcNow() - (inspection.Wait?.Since ?? _since) >= Patience)
        {
            _told = reason;
            output.Notice($"the run's driver does not run yet: {reason}");
        }

        return null;
    }

    private async Task<IReadOnlyList<Corev1Event>> EventsAsync(string uid, CancellationToken cancellationToken)
    {
        try
        {
            var selection = new ListOptions { FieldSelector = $"involvedObject.uid={uid}", Limit = MaxEvents };
            return [.. (await _events.ListAsync(selection, cancellationToken)).Items];
        }
        catch (KubernetesException refusal) when (refusal.IsForbidden)
        {
            return [];
        }
    }
}
