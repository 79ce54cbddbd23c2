using System.Text;
using Executor.Kubernetes.Informers;
using Executor.Kubernetes.Models;
using Executor.Launching;
using Executor.Launching.Kubernetes.Inspection;
using Executor.Launching.Kubernetes.Pods;
using Executor.Launching.Kubernetes.Tracking;
using Executor.TestKit;
using Xunit;

namespace Executor.Tests.Launching.Kubernetes.Tracking;

public sealed class AttemptTrackerTests
{
    private readonly ManualTime _time = new();
    private readonly AttemptTracker _tracker;

    public AttemptTrackerTests() => _tracker = new AttemptTracker(new PendingRules(), keepsPods: false, _time);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Job_and_pod_may_be_seen_in_any_order(bool isJobFirst)
    {
        Action[] seen = [() => Launch(SamplePods.Job()), () => See(SamplePods.Pod(state: "Running"))];
        Array.ForEach(isJobFirst ? seen : [.. seen.Reverse()], see => see());
        See(SamplePods.Pod(state: "Running"));
        See(SamplePods.Pod(state: "Failed"));
        See(SamplePods.Pod(state: "Failed"));

        var told = Told();
        Assert.Equal([ObservedPhase.Running, ObservedPhase.Ended], told.Select(observation => observation.Phase).Where(phase => phase != ObservedPhase.Pending));
        var end = told[^1];
        Assert.Equal((SampleJobs.Attempt(), 3, "node1", false), (end.Attempt, end.Facts.ExitCode, end.Facts.Node, end.Facts.Cancelled));
        Assert.Equal($"kubectl -n batch get events --field-selector involvedObject.name={ObjectNames.Pod(ObjectNames.Job(SampleJobs.Attempt()))}", end.Facts.Advice);
        Assert.Equal([TrackerRequestKind.WriteStatus], Asked());
    }

    [Fact]
    public void An_end_tells_what_is_to_be_known_of_the_pod_when_it_is_gone()
    {
        Launch(SamplePods.Job());
        var pod = SamplePods.Pod(state: "Failed");
        pod.Status!.QosClass = "Guaranteed";
        pod.Status.ContainerStatuses![0].ImageID = "docker-pullable://registry.example/work@sha256:8dbb";
        pod.Status.Conditions =
        [
            new V1PodCondition { Type = "PodScheduled", Status = "True", LastTransitionTime = At(0).UtcDateTime },
            new V1PodCondition { Type = "Initialized", Status = "True", LastTransitionTime = At(1).UtcDateTime },
        ];
        See(pod);

        Assert.Equal(
            new AttemptPlacement
            {
                Node = "node1",
                PodUid = "pod-1",
                JobUid = "job-1",
                Qos = "Guaranteed",
                ImageDigest = "sha256:8dbb",
                Created = At(0),
                Scheduled = At(0),
                Initialized = At(1),
                Started = At(1),
                Finished = At(2),
            },
            Told()[^1].Facts.Placement);

        static DateTimeOffset At(int second) => new(2026, 1, 1, 0, 0, second, TimeSpan.Zero);
    }

    [Fact]
    public void An_end_that_nobody_saw_is_told_by_the_pod_as_it_was_last_seen()
    {
        var pod = SamplePods.Pod(state: "Running");
        Launch(SamplePods.Job());
        See(pod);
        var kept = PodShape.Identity(pod);
        Assert.Equal(SampleJobs.Attempt(), AttemptIdentity.Of(kept.Metadata));
        Assert.Null(kept.Status);
        Tell(_tracker.Pods, InformerEventType.Deleted, kept, isFinalStateUnknown: true);

        var end = Told()[^1];
        Assert.Equal((ObservedPhase.Ended, PlatformCause.Deleted, "node1"), (end.Phase, end.Facts.Platform?.Cause, end.Facts.Node));
        Assert.Equal(("node1", "pod-1", "job-1"), (end.Facts.Placement?.Node, end.Facts.Placement?.PodUid, end.Facts.Placement?.JobUid));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_status_of_a_Job_is_asked_for_before_its_end_is_told_and_though_its_launch_is_given_up(bool isGivenUp)
    {
        var job = SamplePods.Job();
        job.Spec!.ManagedBy = KubernetesLabels.JobController;
        _tracker.Launching(SampleJobs.Attempt());
        _tracker.JobMade(SampleJobs.Attempt(), job);
        var asked = new List<TrackerRequest>();
        var reading = EndLauncherAtTheEndAsync();
        See(SamplePods.Pod(state: "Succeeded"));
        if (isGivenUp)
        {
            _tracker.Abandon(SampleJobs.Attempt());
        }
        else
        {
            _tracker.Launched(SampleJobs.Attempt(), job);
        }

        await reading;
        while (_tracker.Requests.TryRead(out var request))
        {
            asked.Add(request);
        }

        var status = Assert.Single(asked);
        Assert.Equal((TrackerRequestKind.WriteStatus, "job-1", "pod-1"), (status.Kind, status.Objects.Job?.Metadata.Uid, status.Objects.Pod?.Metadata.Uid));
        Assert.Equal(KubernetesLabels.JobController, status.Objects.Job!.Spec?.ManagedBy);
        Assert.Equal(0, Assert.Single(status.Objects.Pod!.Status!.ContainerStatuses!).State?.Terminated?.ExitCode);

        // As the driver does when it reads of the last end.
        async Task EndLauncherAtTheEndAsync()
        {
            await foreach (var observation in _tracker.Observations.ReadAllAsync(TestContext.Current.CancellationToken))
            {
                if (observation.Phase == ObservedPhase.Ended)
                {
                    _tracker.CompleteRequests();
                    return;
                }
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_an_attempt_whose_end_was_told_only_what_is_still_asked_is_kept(bool isJobFirst)
    {
        var job = SamplePods.Job();
        job.Spec!.ManagedBy = KubernetesLabels.JobController;
        Action[] seen = [() => Launch(job), () => See(SamplePods.Pod(state: "Failed"))];
        Array.ForEach(isJobFirst ? seen : [.. seen.Reverse()], see => see());
        See(SamplePods.Pod(state: "Failed"));

        var (keptJob, keptPod) = _tracker.Objects(SampleJobs.Attempt());
        Assert.Equal((job.Metadata.Name, "job-1", KubernetesLabels.JobController), (keptJob!.Metadata.Name, keptJob.Metadata.Uid, keptJob.Spec?.ManagedBy));
        Assert.Equal(job.Metadata.CreationTimestamp, keptJob.Metadata.CreationTimestamp);
        Assert.Null(keptJob.Metadata.Labels);
        Assert.Equal(("pod-1", "batch"), (keptPod!.Metadata.Uid, keptPod.Metadata.NamespaceProperty));
        Assert.Equal(SamplePods.Pod().Metadata.Name, keptPod.Metadata.Name);
        Assert.True(AttemptObjects.IsOf(keptPod, job));
        Assert.Null(keptPod.Metadata.Labels);
        Assert.Null(keptPod.Spec);
        Assert.Equal(SamplePods.Pod().Status!.StartTime, keptPod.Status?.StartTime);
        Assert.Equal(3, Assert.Single(keptPod.Status!.ContainerStatuses!).State?.Terminated?.ExitCode);
        Assert.Equal("node1", _tracker.NodeOf(SampleJobs.Attempt()));
    }

    [Fact]
    public void A_pod_that_has_not_come_far_has_no_times()
    {
        Launch(SamplePods.Job());
        See(SamplePods.Pod(state: "Pending"));
        Gone(SamplePods.Pod(state: "Pending"));
        var placement = Told()[^1].Facts.Placement;
        Assert.Equal(("pod-1", null, null, null), (placement?.PodUid, placement?.Scheduled, placement?.Started, placement?.Finished));
    }

    [Fact]
    public void A_success_needs_no_advice()
    {
        See(SamplePods.Pod(state: "Succeeded"));
        Assert.Null(Told().Single().Facts.Advice);
    }

    [Fact]
    public void The_pod_that_replaces_one_that_has_ended_counts_for_nothing()
    {
        Launch(SamplePods.Job());
        See(SamplePods.Pod("pod-1", state: "Failed"));
        See(SamplePods.Pod("pod-2", state: "Running", created: "2026-01-01T00:01:00Z"));
        See(SamplePods.Pod("pod-2", state: "Succeeded", created: "2026-01-01T00:01:00Z"));
        Assert.Equal(ObservedPhase.Ended, Told().Single(observation => observation.Phase != ObservedPhase.Pending).Phase);
    }

    [Fact]
    public void News_of_an_older_pod_does_not_hide_the_newer_one()
    {
        Launch(SamplePods.Job());
        See(SamplePods.Pod("pod-2", state: "Running", created: "2026-01-01T00:01:00Z"));
        See(SamplePods.Pod("pod-1", state: "Failed", created: "2026-01-01T00:00:00Z"));
        Assert.Equal("pod-2", _tracker.Objects(SampleJobs.Attempt()).Pod!.Metadata.Uid);
        Assert.DoesNotContain(Told(), observation => observation.Phase == ObservedPhase.Ended);
    }

    [Fact]
    public void A_pod_that_is_gone_has_ended_and_its_node_is_remembered()
    {
        Launch(SamplePods.Job());
        See(SamplePods.Pod(node: "node7"));
        Gone(SamplePods.Pod(node: "node7"));
        Assert.Equal(ObservedPhase.Ended, Told()[^1].Phase);
        Assert.Equal("node7", _tracker.NodeOf(SampleJobs.Attempt()));
        Assert.Equal([SampleJobs.Attempt()], _tracker.List());

        _tracker.JobIsGone(SampleJobs.Attempt());
        Assert.Empty(_tracker.List());
    }

    [Fact]
    public void A_job_that_goes_before_its_pod_was_seen_ends_its_attempt()
    {
        Launch(SamplePods.Job());
        _tracker.JobIsGone(SampleJobs.Attempt());
        var end = Told()[^1];
        Assert.Equal((ObservedPhase.Ended, PlatformCause.Deleted), (end.Phase, end.Facts.Platform!.Cause));
        Assert.Empty(_tracker.List());
    }

    [Fact]
    public void An_attempt_that_was_asked_to_end_says_so()
    {
        Assert.False(_tracker.Cancelling(SampleJobs.Attempt()));
        Launch(SamplePods.Job());
        See(SamplePods.Pod());
        Assert.True(_tracker.Cancelling(SampleJobs.Attempt()));
        _tracker.JobIsGone(SampleJobs.Attempt());
        Gone(SamplePods.Pod());
        Assert.True(Told()[^1].Facts.Cancelled);
    }

    [Fact]
    public void A_launch_that_failed_ends_nothing_and_may_be_repeated()
    {
        _tracker.Launching(SampleJobs.Attempt());
        See(SamplePods.Pod("pod-1", state: "Pending"));
        _tracker.Abandon(SampleJobs.Attempt());
        Assert.False(_tracker.IsLaunched(SampleJobs.Attempt()));
        Assert.Empty(_tracker.List());
        Told();

        // The next launch's Job is there before the watch has shown the first one's pod go.
        Launch(SamplePods.Job("job-2"));
        Gone(SamplePods.Pod("pod-1", state: "Pending"));
        Assert.True(_tracker.IsLaunched(SampleJobs.Attempt()));

        See(SamplePods.Pod("pod-2", state: "Failed", created: "2026-01-01T00:01:00Z", job: "job-2"));
        Assert.Equal(3, Told()[^1].Facts.ExitCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_pod_that_comes_and_goes_while_it_is_launched_ends_its_attempt_once(bool succeeds)
    {
        _tracker.Launching(SampleJobs.Attempt());
        See(SamplePods.Pod());
        Gone(SamplePods.Pod());
        if (succeeds)
        {
            _tracker.Launched(SampleJobs.Attempt(), SamplePods.Job(managedBy: KubernetesLabels.JobController));
            Assert.Equal([SampleJobs.Attempt()], _tracker.List());
            _tracker.JobIsGone(SampleJobs.Attempt());
        }
        else
        {
            _tracker.Abandon(SampleJobs.Attempt());
        }

        Assert.Single(Told(), observation => observation.Phase == ObservedPhase.Ended);
        Assert.Equal(succeeds ? 2 : 1, Asked().Count(asked => asked == TrackerRequestKind.WriteStatus));
        Assert.Empty(_tracker.List());
    }

    [Fact]
    public void What_is_left_of_a_launch_that_failed_is_forgotten_when_it_is_gone()
    {
        _tracker.Launching(SampleJobs.Attempt());
        See(SamplePods.Pod());
        _tracker.Abandon(SampleJobs.Attempt());
        Told();
        Gone(SamplePods.Pod());
        Assert.Empty(Told());
        Assert.Null(_tracker.Objects(SampleJobs.Attempt()).JobMetadata);
    }

    [Fact]
    public void A_pod_that_is_seen_before_its_job_says_which_job_that_is()
    {
        See(SamplePods.Pod());
        var known = _tracker.Objects(SampleJobs.Attempt());
        Assert.Null(known.Job);
        Assert.Equal((ObjectNames.Job(SampleJobs.Attempt()), "batch", "job-1"), (known.JobMetadata!.Name, known.JobMetadata.NamespaceProperty, known.JobMetadata.Uid));
    }

    [Fact]
    public void A_job_of_the_executors_without_a_pod_was_left_by_one_that_died()
    {
        _tracker.JobsFound([SamplePods.Job(managedBy: KubernetesLabels.JobController), SamplePods.Job("other", index: 1)]);
        _tracker.LoseJobsWithoutPod();
        var end = Told().Single(observation => observation.Phase == ObservedPhase.Ended);
        Assert.Equal((SampleJobs.Attempt(), PlatformCause.Vanished), (end.Attempt, end.Facts.Platform!.Cause));
    }

    [Fact]
    public void Events_are_asked_for_once_until_they_are_read_and_those_of_another_pod_count_for_nothing()
    {
        var rules = new PendingRules();
        Launch(SamplePods.Job());
        _time.Advance(rules.JobEventsAfter + TimeSpan.FromSeconds(1));
        _tracker.LookAtDue();
        _tracker.LookAtDue();
        Assert.Equal([TrackerRequestKind.ReadJob], Asked());

        _tracker.EventsRead(SampleJobs.Attempt(), "somebody-else", [Refused("forbidden")]);
        Assert.DoesNotContain(Told(), observation => observation.Facts.Waiting?.Contains("forbidden", StringComparison.Ordinal) == true);
        _tracker.EventsRead(SampleJobs.Attempt(), "job-1", [Refused("exceeded quota: team")]);
        Assert.Contains("exceeded quota", Told()[^1].Facts.Waiting, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pod_that_its_job_counts_is_missed_only_after_the_watch_had_time_to_show_it()
    {
        var rules = new PendingRules();
        Launch(SamplePods.Job());
        _time.Advance(rules.JobEventsAfter * 10);
        Read("""{"active": 1}""");
        Assert.DoesNotContain(Told(), observation => observation.Phase == ObservedPhase.Ended);
        _time.Advance(rules.MissingPodGrace!.Value - TimeSpan.FromSeconds(1));
        Read("""{"active": 1}""");
        Assert.DoesNotContain(Told(), observation => observation.Phase == ObservedPhase.Ended);
        _time.Advance(TimeSpan.FromSeconds(1));
        _tracker.LookAtDue();
        Assert.Equal(PlatformCause.Vanished, Told()[^1].Facts.Platform!.Cause);
        Assert.Contains(TrackerRequestKind.GiveUp, Asked());

        void Read(string status)
        {
            _tracker.LookAtDue();
            var job = SamplePods.Job();
            job.Status = KubernetesJson.Deserialize(Encoding.UTF8.GetBytes($$"""{"metadata": {}, "status": {{status}}}"""), KubernetesResources.Jobs).Status;
            _tracker.JobRead(SampleJobs.Attempt(), job);
            _tracker.EventsRead(SampleJobs.Attempt(), "job-1", []);
        }
    }

    [Fact]
    public void Whatever_the_order_of_news_each_attempt_ends_once_and_nothing_is_left()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var tracker = new AttemptTracker(new PendingRules(), keepsPods: false, _time);
            var attempts = random.Next(1, 4);
            for (var index = 0; index < attempts; index++)
            {
                tracker.Launching(SampleJobs.Attempt(index));
            }

            var jobs = Shuffled(Enumerable.Range(0, attempts).Select(index => new Queue<Action>(
            [
                () => tracker.Launched(SampleJobs.Attempt(index), SamplePods.Job($"job-{index}", index)),
                () => tracker.JobIsGone(SampleJobs.Attempt(index)),
            ])));
            var pods = Shuffled(Enumerable.Range(0, attempts).Select(index => Story(random, tracker.Pods, PodsOf(index))));
            foreach (var step in Interleaved([.. jobs, .. pods]))
            {
                step();
                if (random.Next(10) == 0)
                {
                    _time.Advance(TimeSpan.FromSeconds(random.Next(5)));
                    tracker.LookAtDue();
                }
            }

            var ends = new List<int>();
            while (tracker.Observations.TryRead(out var observation))
            {
                if (observation.Phase == ObservedPhase.Ended)
                {
                    ends.Add(observation.Attempt.Index);
                }
                else
                {
                    Assert.False(ends.Contains(observation.Attempt.Index), $"seed {seed}, round {round}: {observation} after the end");
                }
            }

            Assert.True(ends.Distinct().Count() == attempts && ends.Count == attempts, $"seed {seed}, round {round}: ends of {string.Join(',', ends)}");
            Assert.True(tracker.List().Count == 0, $"seed {seed}, round {round}: {tracker.List().Count} are left");
        }

        // A pod that runs its course, or is replaced in the middle of it.
        V1Pod[] PodsOf(int index) =>
        [
            SamplePods.Pod($"pod-{index}", index, "Pending", job: $"job-{index}"),
            SamplePods.Pod($"pod-{index}", index, "Running", job: $"job-{index}"),
            .. random.Next(2) == 0 ? new[] { SamplePods.Pod($"pod-{index}", index, random.Next(2) == 0 ? "Succeeded" : "Failed", job: $"job-{index}") } : [],
        ];

        List<T> Shuffled<T>(IEnumerable<T> items) => [.. items.OrderBy(_ => random.Next())];

        IEnumerable<Action> Interleaved(List<Queue<Action>> stories)
        {
            // Answers and the watch are apart: either may be behind by all that there is to tell.
            while (stories.Count > 0)
            {
                var story = stories[random.Next(stories.Count)];
                yield return story.Dequeue();
                stories.RemoveAll(left => left.Count == 0);
            }
        }
    }

    // The news of one object in their order, some told twice, and at last its deletion.
    private static Queue<Action> Story<T>(Random random, IInformerHandler<T> handler, T[] versions)
        where T : class
    {
        var steps = new Queue<Action>();
        foreach (var version in versions)
        {
            for (var times = random.Next(1, 3); times > 0; times--)
            {
                steps.Enqueue(() => Tell(handler, InformerEventType.Updated, version));
            }
        }

        steps.Enqueue(() => Tell(handler, InformerEventType.Deleted, versions[^1]));
        return steps;
    }

    private static void Tell<T>(IInformerHandler<T> handler, InformerEventType type, T value, bool isFinalStateUnknown = false)
        where T : class =>
        Assert.True(handler.HandleAsync(new InformerEvent<T>(type, value, null, isFinalStateUnknown), default).AsTask().IsCompletedSuccessfully);

    private static Corev1Event Refused(string message) => new() { Reason = "FailedCreate", Message = message, Type = "Warning", LastTimestamp = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc) };

    private void Launch(V1Job job)
    {
        _tracker.Launching(SampleJobs.Attempt());
        _tracker.Launched(SampleJobs.Attempt(), job);
    }

    private void See(V1Pod pod) => Tell(_tracker.Pods, InformerEventType.Updated, pod);

    private void Gone(V1Pod pod) => Tell(_tracker.Pods, InformerEventType.Deleted, pod);

    private List<Observation> Told()
    {
        var told = new List<Observation>();
        while (_tracker.Observations.TryRead(out var observation))
        {
            told.Add(observation);
        }

        return told;
    }

    private List<TrackerRequestKind> Asked()
    {
        var asked = new List<TrackerRequestKind>();
        while (_tracker.Requests.TryRead(out var request))
        {
            asked.Add(request.Kind);
        }

        return asked;
    }
}
