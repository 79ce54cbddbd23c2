using System.Threading.Channels;
using Executor.Contracts.Identity;
using Executor.Kubernetes.Informers;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Inspection;
using Executor.Launching.Kubernetes.Pods;

namespace Executor.Launching.Kubernetes.Tracking;

/// <summary>
/// Turns what the watch of pods shows, and what is known of their Jobs, into observations of attempts: what the pure inspection says of a pod is told
/// once, an end is told once and for good. It holds no connection: what has to be done about an attempt it hands out. Thread-safe.
/// </summary>
internal sealed class AttemptTracker
{
    private readonly Dictionary<AttemptId, TrackedAttempt> _attempts = [];
    private readonly Dictionary<AttemptId, V1Job?> _launching = [];
    private readonly PodlessCount _podless = new();
    private readonly DepartedIds _departed = new();
    private readonly Channel<Observation> _observations = Channel.CreateUnbounded<Observation>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<TrackerRequest> _requests = Channel.CreateUnbounded<TrackerRequest>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _lock = new();
    private readonly PendingRules _rules;
    private readonly bool _keepsPods;
    private readonly TimeProvider _time;
    private NodeSize? _largest;

    /// <summary>A tracker that knows of nothing.</summary>
    /// <param name="rules">When an attempt that does not start is given up.</param>
    /// <param name="keepsPods">True if pods stay when their attempts' ends are on record.</param>
    /// <param name="time">The clock.</param>
    public AttemptTracker(PendingRules rules, bool keepsPods, TimeProvider time)
    {
        _keepsPods = keepsPods;
        _rules = rules;
        _time = time;
        Pods = new ObjectNews<V1Pod>(PodSeen, PodDeleted);
    }

    /// <summary>Takes what the watch of pods shows.</summary>
    public IInformerHandler<V1Pod> Pods { get; }

    /// <summary>What was observed. One reader.</summary>
    public ChannelReader<Observation> Observations => _observations.Reader;

    /// <summary>What has to be done about attempts. One reader.</summary>
    public ChannelReader<TrackerRequest> Requests => _requests.Reader;

    /// <summary>The most that a node of the cluster has for pods; null while that is unknown.</summary>
    public NodeSize? Largest
    {
        get
        {
            lock (_lock)
            {
                return _largest;
            }
        }

        set
        {
            lock (_lock)
            {
                _largest = value;
            }
        }
    }

    /// <summary>The attempts that exist.</summary>
    public IReadOnlyList<AttemptId> List()
    {
        lock (_lock)
        {
            return [.. _attempts.Values.Where(attempt => !attempt.IsAbandoned).Select(attempt => attempt.Id)];
        }
    }

    /// <summary>How many attempts have a Job and no pod yet, which quotas do not count: of all tasks, and of one. Costs the same however many there are.</summary>
    public (int All, int OfTask) WithoutPod(string task)
    {
        lock (_lock)
        {
            return (_podless.All, _podless.Of(task));
        }
    }

    /// <summary>The attempt's Job and pod, as last seen.</summary>
    public AttemptObjects Objects(AttemptId id)
    {
        lock (_lock)
        {
            return _attempts.TryGetValue(id, out var attempt) ? new(attempt.Job, attempt.Pod) : new(null, null);
        }
    }

    /// <summary>True if the attempt's Job is there, and was not left by a launch that failed.</summary>
    public bool IsLaunched(AttemptId id)
    {
        lock (_lock)
        {
            return _attempts.TryGetValue(id, out var attempt) && attempt is { Job: not null, IsAbandoned: false };
        }
    }

    /// <summary>The node of the attempt's latest pod, also when that is gone; null where it had none.</summary>
    public string? NodeOf(AttemptId id)
    {
        lock (_lock)
        {
            return _attempts.TryGetValue(id, out var attempt) ? attempt.Node : null;
        }
    }

    /// <summary>The attempt's Job is about to be created. Followed by <see cref="Launched"/> or <see cref="Abandon"/>.</summary>
    public void Launching(AttemptId id)
    {
        lock (_lock)
        {
            _launching[id] = null;
        }
    }

    /// <summary>
    /// The Job of an attempt that is being launched stands, and its pod is about to be made: that may have ended, and the whole run with it, before the
    /// launch has, and the Job's status is to be written then.
    /// </summary>
    public void JobMade(AttemptId id, V1Job job)
    {
        lock (_lock)
        {
            // The end of a pod that was there before was told without it, and what was asked for then had no Job: it is asked for again when the launch is over.
            if (_launching.ContainsKey(id) && !(_attempts.TryGetValue(id, out var attempt) && attempt.Told == ObservedPhase.Ended))
            {
                _launching[id] = job;
            }
        }
    }

    /// <summary>The attempt's Job was created, or found to stand.</summary>
    public void Launched(AttemptId id, V1Job job)
    {
        lock (_lock)
        {
            var isJobKnown = _launching.Remove(id, out var made) && made is not null;
            var attempt = GetOrAdd(id);
            attempt.Job = job;
            if (attempt.Pod is { } pod && !AttemptObjects.IsOf(pod, job))
            {
                // What an earlier launch has left.
                attempt.Pod = null;
            }

            if (attempt.IsAbandoned)
            {
                attempt.IsAbandoned = false;
                attempt.MissingSince = _time.GetUtcNow();
            }

            if (attempt.HasEnded)
            {
                if (!isJobKnown)
                {
                    // The watch was quicker than the answer, and its status could not be written without it.
                    AskForStatus(attempt, attempt.Job);
                }

                return;
            }

            Look(attempt);
        }
    }

    /// <summary>
    /// The attempt was not launched: what the watch shows of a pod of it, until that is gone, is no attempt's end. To be called whether or not a Job was made.
    /// </summary>
    public void Abandon(AttemptId id)
    {
        lock (_lock)
        {
            _launching.Remove(id);
            if (_attempts.TryGetValue(id, out var attempt))
            {
                if (!attempt.HasEnded)
                {
                    attempt.IsAbandoned = true;
                    attempt.Told = null;
                    attempt.ToldWaiting = null;
                    attempt.LookAgainAt = null;
                }

                attempt.Job = null;
                ForgetIfGone(attempt);
            }
        }
    }

    /// <summary>The Jobs that were there when the executor started. To be called before anything is launched.</summary>
    public void JobsFound(IEnumerable<V1Job> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        lock (_lock)
        {
            foreach (var job in jobs)
            {
                if (AttemptIdentity.Of(job.Metadata) is { } id)
                {
                    var attempt = GetOrAdd(id);
                    attempt.Job = job;
                    Look(attempt);
                }
            }
        }
    }

    /// <summary>The attempt's Job, which was asked for; the events that were asked for with it follow.</summary>
    public void JobRead(AttemptId id, V1Job job)
    {
        lock (_lock)
        {
            if (_attempts.TryGetValue(id, out var attempt))
            {
                if (attempt is { Pod: null, Job: { } before } && MissingPods.CountsPod(job) && !MissingPods.CountsPod(before))
                {
                    // It may have been made a moment ago, and the watch of pods not have shown it yet.
                    attempt.MissingSince = _time.GetUtcNow();
                }

                attempt.Job = job;
            }
        }
    }

    /// <summary>The executor is about to end the attempt. False if it is not there.</summary>
    public bool Cancelling(AttemptId id)
    {
        lock (_lock)
        {
            if (!_attempts.TryGetValue(id, out var attempt))
            {
                return false;
            }

            attempt.IsCancelled = true;
            return true;
        }
    }

    /// <summary>The attempt's Job is gone, or will be without anybody's doing.</summary>
    public void JobIsGone(AttemptId id)
    {
        lock (_lock)
        {
            if (_attempts.TryGetValue(id, out var attempt))
            {
                attempt.Job = null;
                ForgetIfGone(attempt);
            }
        }
    }

    /// <summary>
    /// To be called once, when all Jobs and pods that there are were shown and nothing was launched yet: a Job whose pod is the executor's to make, and which
    /// has none, was left by an executor that died between the two.
    /// </summary>
    public void LoseJobsWithoutPod()
    {
        lock (_lock)
        {
            foreach (var attempt in _attempts.Values.Where(IsWithoutItsPod))
            {
                End(attempt, new AttemptFacts
                {
                    Seen = _time.GetUtcNow(),
                    Platform = new PlatformEnd(PlatformCause.Vanished, "the executor that launched it died before it had made its pod"),
                });
            }
        }

        static bool IsWithoutItsPod(TrackedAttempt attempt) =>
            attempt is { Pod: null, HasEnded: false } && attempt.Job?.Spec?.ManagedBy == KubernetesLabels.JobController;
    }

    /// <summary>The events that were asked for.</summary>
    /// <param name="id">The attempt.</param>
    /// <param name="subject">The UID of the object that they are about: those of a pod that was replaced meanwhile tell nothing of the next one.</param>
    /// <param name="events">The events.</param>
    public void EventsRead(AttemptId id, string? subject, IReadOnlyList<Corev1Event> events)
    {
        lock (_lock)
        {
            if (_attempts.TryGetValue(id, out var attempt))
            {
                attempt.IsReadingEvents = false;
                var isOfNow = subject == (attempt.Pod?.Metadata ?? attempt.Job?.Metadata)?.Uid;
                if (isOfNow)
                {
                    attempt.Events = events;
                }

                Look(attempt, eventsRead: isOfNow);
            }
        }
    }

    /// <summary>Looks at every attempt whose time has come.</summary>
    public void LookAtDue()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            _departed.Forget(now);
            foreach (var attempt in _attempts.Values.Where(attempt => attempt.LookAgainAt <= now).ToList())
            {
                Look(attempt);
            }
        }
    }

    /// <summary>Nothing more is asked for: <see cref="Requests"/> ends with what it holds.</summary>
    public void CompleteRequests() => _requests.Writer.TryComplete();

    /// <summary>Nothing more will come.</summary>
    /// <param name="failure">Why, for whoever reads observations; null for an end that was asked for.</param>
    public void Complete(Exception? failure = null)
    {
        _observations.Writer.TryComplete(failure);
        _requests.Writer.TryComplete();
    }

    private TrackedAttempt GetOrAdd(AttemptId id)
    {
        if (!_attempts.TryGetValue(id, out var attempt))
        {
            _attempts[id] = attempt = new TrackedAttempt(id, _podless) { MissingSince = _time.GetUtcNow(), IsKnown = true };
        }

        return attempt;
    }

    private void PodSeen(V1Pod pod)
    {
        if (AttemptIdentity.Of(pod.Metadata) is { } id)
        {
            lock (_lock)
            {
                if (_departed.Contains(id))
                {
                    return;
                }

                var attempt = GetOrAdd(id);
                if (attempt.Job is { } job && !AttemptObjects.IsOf(pod, job))
                {
                    return;
                }

                if (attempt.Pod is { } known && known.Metadata.Uid != pod.Metadata.Uid && IsOlder(pod.Metadata, known.Metadata))
                {
                    return;
                }

                if (attempt.Pod?.Metadata.Uid != pod.Metadata.Uid)
                {
                    attempt.Events = [];
                    attempt.Before = null;
                    attempt.HadPod = true;
                    attempt.PodSince = _time.GetUtcNow();
                }

                attempt.Pod = pod;
                attempt.Node = pod.Spec?.NodeName;
                Look(attempt);
            }
        }
    }

    private void PodDeleted(V1Pod pod, bool isFinalStateUnknown)
    {
        if (AttemptIdentity.Of(pod.Metadata) is { } id)
        {
            lock (_lock)
            {
                if (_attempts.TryGetValue(id, out var attempt) && attempt.Pod?.Metadata.Uid == pod.Metadata.Uid)
                {
                    attempt.Pod = isFinalStateUnknown ? attempt.Pod : pod;
                    Look(attempt, isPodGone: true);
                    attempt.Pod = null;
                    attempt.Events = [];
                    attempt.MissingSince = _time.GetUtcNow();
                    ForgetIfGone(attempt);
                }
            }
        }
    }

    // Times count in seconds: of two of the same second, the one that is going away came first.
    private static bool IsOlder(V1ObjectMeta one, V1ObjectMeta than) =>
        one.CreationTimestamp < than.CreationTimestamp
        || (one.CreationTimestamp == than.CreationTimestamp && one.DeletionTimestamp is not null && than.DeletionTimestamp is null);

    private void ForgetIfGone(TrackedAttempt attempt)
    {
        // While its launch is under way, its Job is not known yet.
        if (attempt.Job is not null || attempt.Pod is not null || _launching.ContainsKey(attempt.Id))
        {
            return;
        }

        _attempts.Remove(attempt.Id);
        attempt.IsKnown = false;
        if (!attempt.IsAbandoned)
        {
            End(attempt, MissingPods.JobGone(_time.GetUtcNow()).Facts);
            _departed.Add(attempt.Id, _time.GetUtcNow());
        }
    }

    private void Look(TrackedAttempt attempt, bool isPodGone = false, bool eventsRead = false)
    {
        if (attempt.HasEnded)
        {
            attempt.LookAgainAt = null;
            return;
        }

        if (attempt.Inspect(_rules, _largest, _time.GetUtcNow(), isPodGone, eventsRead) is not { } inspection)
        {
            return;
        }

        attempt.Before = attempt.Pod is null ? null : inspection;
        attempt.LookAgainAt = inspection.LookAgainAt;
        if (inspection.WantsEvents && !attempt.IsReadingEvents)
        {
            attempt.IsReadingEvents = true;
            _requests.Writer.TryWrite(attempt.Pod is { } pod
                ? new TrackerRequest(TrackerRequestKind.ReadEvents, attempt.Id, pod.Metadata)
                : new TrackerRequest(TrackerRequestKind.ReadJob, attempt.Id, attempt.Job?.Metadata));
        }

        if (inspection.Phase == ObservedPhase.Ended)
        {
            End(attempt, inspection.Facts);
            if (inspection.GiveUp)
            {
                _requests.Writer.TryWrite(new TrackerRequest(TrackerRequestKind.GiveUp, attempt.Id, attempt.Job?.Metadata));
            }
        }
        else if (attempt.Told != inspection.Phase || attempt.ToldWaiting != inspection.Waiting)
        {
            attempt.Told = inspection.Phase;
            attempt.ToldWaiting = inspection.Waiting;
            _observations.Writer.TryWrite(new Observation(attempt.Id, inspection.Phase, inspection.Facts with { Waiting = inspection.Waiting }));
        }
    }

    private void End(TrackedAttempt attempt, AttemptFacts facts)
    {
        if (attempt.HasEnded)
        {
            return;
        }

        attempt.LookAgainAt = null;
        var end = facts with
        {
            Cancelled = attempt.IsCancelled,
            Placement = attempt.Pod is { } pod ? PodPlacement.Read(pod, PodFactory.TaskContainer) : null,
            Advice = attempt.AdviceOn(facts, _keepsPods),
        };
        attempt.Told = ObservedPhase.Ended;

        // First: whoever reads of the last attempt's end may end the launcher, which then takes no more requests.
        AskForStatus(attempt, attempt.Job ?? _launching.GetValueOrDefault(attempt.Id));
        _observations.Writer.TryWrite(new Observation(attempt.Id, ObservedPhase.Ended, end));
    }

    private void AskForStatus(TrackedAttempt attempt, V1Job? job) =>
        _requests.Writer.TryWrite(new TrackerRequest(TrackerRequestKind.WriteStatus, attempt.Id, job?.Metadata) { Objects = new(job, attempt.Pod) });
}
