using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Launching;
using Executor.Planning;
using Executor.Scheduling;
using Executor.TestKit;
using Executor.Tests.Scheduling;
using Xunit;

namespace Executor.Tests.Driving;

/// <summary>What a driver does with what a launcher tells it, one observation at a time.</summary>
public sealed class ManualLaunchTests : IAsyncDisposable
{
    private const string Run = "run-1";
    private const long Memory = Plans.Memory;
    private static readonly AttemptFacts OutOfMemory = new() { Seen = DateTimeOffset.UnixEpoch, Signal = 9, OutOfMemory = true };
    private readonly MemoryRunRecords _records = new();
    private readonly RecordingObserver _observer = new();
    private readonly ManualTime _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_attempt_is_released_when_its_outcome_or_commit_is_on_record()
    {
        var launcher = new ManualLauncher();
        var plan = Plans.Chain(1);
        launcher.OnRelease = attempt => Assert.Contains(attempt, OnRecord(plan).Select(row => row.Attempt));
        var run = DriveAsync(plan, launcher);

        var evicted = (await launcher.NextStartAsync(Token)).Descriptor.Attempt;
        var platform = new PlatformEnd(PlatformCause.Evicted, "the node was low on memory");
        launcher.Tell(evicted, ObservedPhase.Ended, new AttemptFacts { Seen = DateTimeOffset.UnixEpoch, Platform = platform });
        var winner = await CommitNextAsync(launcher);

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.Equal([(evicted, PlatformCause.Evicted), (winner, null)], launcher.Released);
    }

    [Fact]
    public async Task What_the_cluster_said_of_a_pod_is_on_record_when_the_pod_is_gone()
    {
        var launcher = new ManualLauncher();
        var plan = Plans.Chain(1);
        var run = DriveAsync(plan, launcher);
        var (first, second) = (new AttemptPlacement { Node = "node1", PodUid = "pod-1" }, new AttemptPlacement { Node = "node2", PodUid = "pod-2" });

        var evicted = (await launcher.NextStartAsync(Token)).Descriptor.Attempt;
        var platform = new PlatformEnd(PlatformCause.Evicted, "the node was low on memory");
        launcher.Tell(evicted, ObservedPhase.Ended, new AttemptFacts { Seen = DateTimeOffset.UnixEpoch, Platform = platform, Placement = first });
        var winner = await launcher.NextStartAsync(Token);
        _records.Commit(winner.Descriptor.Attempt, winner.Descriptor.Definition);
        launcher.Tell(winner.Descriptor.Attempt, ObservedPhase.Ended, new AttemptFacts { Seen = DateTimeOffset.UnixEpoch, ExitCode = 0, Placement = second });

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.Equal([(first, "node1"), (second, "node2")], OnRecord(plan).Select(row => (row.Placement, row.Node)));
        Assert.Equal([first, second], _observer.Attempts.Select(row => row.Placement));
    }

    [Fact]
    public async Task What_a_runner_said_before_it_died_is_a_heartbeat()
    {
        var launcher = new ManualLauncher();
        var plan = Plans.Of(Plans.Task("t0", 1).WithRetries(0, 0));
        var run = DriveAsync(plan, launcher);
        var usage = new AttemptUsage { Started = DateTimeOffset.UnixEpoch, Ended = DateTimeOffset.UnixEpoch, Source = MeasureSource.CgroupV2 };
        var report = new TerminationReport { Sequence = 7, Phase = AttemptPhase.Running, Incarnation = "one", Usage = usage };

        launcher.Tell((await launcher.NextStartAsync(Token)).Descriptor.Attempt, ObservedPhase.Ended, OutOfMemory with { Report = report });

        Assert.Equal(RunEnd.Failed, (await run).End);
        Assert.Equal(MeasureSource.Heartbeat, Assert.Single(OnRecord(plan)).Usage?.Source);
    }

    [Fact]
    public async Task The_end_of_an_attempt_that_was_given_up_is_released_too()
    {
        var launcher = new ManualLauncher();
        launcher.Refusals.Enqueue(new IOException("the answer was lost"));
        var run = DriveAsync(Plans.Chain(1), launcher);

        var second = await launcher.NextStartAsync(Token);
        var first = second.Descriptor.Attempt with { Attempt = 1 };
        launcher.Tell(first, ObservedPhase.Running);
        await Poll.UntilAsync(() => launcher.Cancelled.Contains(first), TimeSpan.FromMinutes(1), () => "the attempt to be asked to end", Token);
        launcher.Tell(first, ObservedPhase.Ended);
        await Poll.UntilAsync(() => launcher.Released.Count == 2, TimeSpan.FromMinutes(1), () => "the attempt to be released", Token);
        Commit(launcher, second);

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.Equal([(first, null), (first, null), (second.Descriptor.Attempt, null)], launcher.Released);
    }

    [Fact]
    public async Task Attempts_of_tasks_that_are_no_more_are_ended_and_released_but_not_those_that_a_later_driver_made()
    {
        var launcher = new ManualLauncher();
        var departed = new AttemptId(Run, "departed", 3, 0, 1);
        var later = new AttemptId(Run, "later", 0, 0, 1);
        launcher.Existing.Add(departed);
        var run = DriveAsync(Plans.Chain(1), launcher);

        launcher.Tell(later, ObservedPhase.Ended);
        launcher.Tell(new AttemptId(Run, "t0", 0, 3, 1), ObservedPhase.Ended);
        launcher.Tell(departed, ObservedPhase.Ended);
        var winner = await CommitNextAsync(launcher);

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.Equal([departed], launcher.Cancelled);
        Assert.Equal([(departed, null), (winner, null)], launcher.Released);
    }

    [Fact]
    public async Task An_attempt_that_ran_out_of_memory_is_tried_again_with_twice_as_much_and_the_accounts_say_so()
    {
        var launcher = new ManualLauncher { Largest = new ResourceLimits(1000, 100 * Memory) };
        var plan = Plans.Chain(1);
        var run = DriveAsync(plan, launcher);

        var first = (await launcher.NextStartAsync(Token)).Descriptor;
        launcher.Tell(first.Attempt, ObservedPhase.Ended, OutOfMemory);
        var second = await launcher.NextStartAsync(Token);
        Commit(launcher, second);

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.Equal([Memory, 2 * Memory], new[] { first, second.Descriptor }.Select(descriptor => descriptor.Resources.MemoryBytes));
        Assert.Equal([Memory, 2 * Memory], _observer.Attempts.Select(row => row.Resources.MemoryBytes));
        Assert.Equal([Memory, 2 * Memory], OnRecord(plan).Select(row => row.Resources.MemoryBytes));
        Assert.Equal(["t0[0]: out of memory at 1 MiB, tried again with 2 MiB"], _observer.Notices);
    }

    [Fact]
    public async Task What_an_earlier_driver_gave_an_attempt_is_known_to_the_next()
    {
        var plan = Plans.Chain(1);
        var earlier = new ManualLauncher();
        var interrupted = DriveAsync(plan, earlier, o => o with { StorePatience = TimeSpan.Zero });
        earlier.Tell((await earlier.NextStartAsync(Token)).Descriptor.Attempt, ObservedPhase.Ended, OutOfMemory);
        var adopted = await earlier.NextStartAsync(Token);
        _records.FailBefore = (operation, _) => operation == "create";
        earlier.Tell(adopted.Descriptor.Attempt, ObservedPhase.Ended);
        Assert.Equal(RunEnd.StoreUnavailable, (await interrupted).End);
        _records.FailBefore = null;

        var launcher = new ManualLauncher();
        launcher.Existing.Add(adopted.Descriptor.Attempt);
        var run = DriveAsync(plan, launcher);
        Commit(launcher, adopted);

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.Equal(2 * Memory, _observer.Attempts.Last().Resources.MemoryBytes);
    }

    [Fact]
    public async Task A_driver_that_leaves_its_run_ends_no_attempt_and_the_next_adopts_what_runs()
    {
        var plan = Plans.Chain(1, 1);
        var earlier = new ManualLauncher();
        using var leave = new CancellationTokenSource();
        var left = DriveAsync(plan, earlier, leave: leave);
        await CommitNextAsync(earlier);
        var adopted = await earlier.NextStartAsync(Token);
        await leave.CancelAsync();
        Assert.Equal(RunEnd.Left, (await left).End);
        Assert.Empty(earlier.Cancelled);

        var launcher = new ManualLauncher();
        launcher.Existing.Add(adopted.Descriptor.Attempt);
        var run = DriveAsync(plan, launcher, options => options with { Resume = true });
        Commit(launcher, adopted);

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.Equal([("t0", 1), ("t1", 1)], OnRecord(plan).Select(row => (row.Attempt.Task, row.Attempt.Attempt)));
    }

    [Fact]
    public async Task Without_a_larger_node_an_instance_that_is_out_of_memory_has_failed()
    {
        var launcher = new ManualLauncher { Largest = new ResourceLimits(1000, Memory) };
        var run = DriveAsync(Plans.Of(Plans.Task("t0", 1).WithRetries(5, 5)), launcher);
        launcher.Tell((await launcher.NextStartAsync(Token)).Descriptor.Attempt, ObservedPhase.Ended, OutOfMemory);

        var result = await run;
        Assert.Equal(RunEnd.Failed, result.End);
        const string Reason = "out of memory at 1 MiB, which is all that the largest node has";
        Assert.Equal(Reason, Assert.Single(result.Failures).Reason);
        var row = Assert.Single(_observer.Attempts);
        Assert.Equal((Reason, true), (row.Outcome.Reason, row.Final));
    }

    [Fact]
    public async Task Held_launches_are_told_of_when_they_begin_to_wait_and_when_they_go_on()
    {
        var launcher = new ManualLauncher();
        launcher.Refusals.Enqueue(new LaunchException(hold: true, "the quota is used up") { RetryAfter = TimeSpan.FromSeconds(42) });
        var run = DriveAsync(Plans.Chain(1), launcher);

        await _time.WhenTimerRunsAsync(due => due == TimeSpan.FromSeconds(42), Token);
        _time.Advance(TimeSpan.FromSeconds(42));
        await CommitNextAsync(launcher);

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.Equal(["launching waits: the quota is used up", "launching goes on after 42 s"], _observer.Notices);
    }

    [Fact]
    public async Task What_attempts_wait_for_is_told_after_half_a_minute()
    {
        var launcher = new ManualLauncher();
        var run = DriveAsync(Plans.Chain(2), launcher);
        var first = await launcher.NextStartAsync(Token);
        var second = await launcher.NextStartAsync(Token);
        foreach (var request in new[] { first, second })
        {
            launcher.Tell(request.Descriptor.Attempt, ObservedPhase.Pending, Waiting("no node has room"));
        }

        await _time.WhenTimerRunsAsync(due => due == TimeSpan.FromSeconds(30), Token);
        _time.Advance(TimeSpan.FromSeconds(30));
        await Poll.UntilAsync(() => !_observer.Notices.IsEmpty, TimeSpan.FromMinutes(1), () => "a notice", Token);
        await Poll.UntilAsync(() => _observer.Last?.Tasks[0] is { Pending: 2, Running: 0 }, TimeSpan.FromMinutes(1), () => "two pending", Token);
        Commit(launcher, first);
        Commit(launcher, second);

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.StartsWith("t0: ", Assert.Single(_observer.Notices), StringComparison.Ordinal);
        Assert.EndsWith(": no node has room", Assert.Single(_observer.Notices), StringComparison.Ordinal);
        Assert.Equal((0, 0, 2), (_observer.Last!.Tasks[0].Pending, _observer.Last.Tasks[0].Running, _observer.Last.Tasks[0].Done));
    }

    public ValueTask DisposeAsync() => _records.DisposeAsync();

    private static AttemptFacts Waiting(string reason) => new() { Seen = DateTimeOffset.UnixEpoch, Waiting = reason };

    private List<AttemptRow> OnRecord(RunPlan plan) => [.. RunStatusReader.ReadAttemptsAsync(_records, Run, plan, Token).ToBlockingEnumerable(Token)];

    private async Task<AttemptId> CommitNextAsync(ManualLauncher launcher)
    {
        var request = await launcher.NextStartAsync(Token);
        Commit(launcher, request);
        return request.Descriptor.Attempt;
    }

    private void Commit(ManualLauncher launcher, LaunchRequest request)
    {
        _records.Commit(request.Descriptor.Attempt, request.Descriptor.Definition);
        launcher.Tell(request.Descriptor.Attempt, ObservedPhase.Ended);
    }

    private Task<RunResult> DriveAsync(RunPlan plan, ManualLauncher launcher, Func<DriverOptions, DriverOptions>? change = null, CancellationTokenSource? leave = null)
    {
        var options = new DriverOptions
        {
            Describe = Descriptors.Of(plan, Run),
            Scheduling = new SchedulerOptions { MaxParallel = 4, InfrastructureRetry = default },
            ProgressInterval = TimeSpan.Zero,
            Time = _time,
        };
        return RunDriver.RunAsync(
            plan, Run, _records, launcher, change?.Invoke(options) ?? options, _observer, CancellationToken.None, Token, leave?.Token ?? CancellationToken.None);
    }
}
