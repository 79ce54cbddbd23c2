using System.Collections.Concurrent;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Driving;
using Executor.Launching;
using Executor.Launching.InProcess;
using Executor.Outcomes;
using Executor.Planning;
using Executor.Scheduling;
using Executor.Shuffle.Channel;
using Executor.Tests.Scheduling;
using Xunit;

namespace Executor.Tests.Driving;

public sealed class RunDriverTests : IAsyncDisposable
{
    private const string Run = "run-1";
    private static readonly BackOff Quick = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2));
    private readonly MemoryRunRecords _records = new();
    private readonly RecordingObserver _observer = new();
    private readonly ConcurrentQueue<AttemptId> _started = new();

    [Fact]
    public async Task A_run_ends_with_every_output_sealed_and_each_instance_run_once()
    {
        var plan = Plans.Chain(3, 1, 4);
        var result = await DriveAsync(plan, CommitAsync);
        Assert.Equal(RunEnd.Succeeded, result.End);
        Assert.Equal(8, _started.Count);
        Assert.Equal(["t0", "t1", "t2"], _started.Select(a => a.Task).Distinct());
        Assert.Contains(RecordKeys.Seal(new OutputId("t2", "out"), 0), _records.Keys);
        Assert.All(_observer.Attempts, row => Assert.Equal(AttemptCause.Succeeded, row.Outcome.Cause));
        Assert.Equal(8, _observer.Attempts.Count);
        Assert.All(_observer.Last!.Tasks, task => Assert.Equal(task.Instances, task.Done));
    }

    [Fact]
    public async Task A_task_without_instances_is_sealed_empty_at_once()
    {
        var result = await DriveAsync(Plans.Chain(0, 2), CommitAsync);
        Assert.Equal(RunEnd.Succeeded, result.End);
        Assert.Contains(RecordKeys.Seal(new OutputId("t0", "out"), 0), _records.Keys);
        Assert.Equal(2, _started.Count);
    }

    [Fact]
    public async Task A_failed_attempt_is_tried_again_up_to_its_budget_and_then_fails_the_run()
    {
        var plan = Plans.Of(Plans.Task("t0", 1).WithRetries(2, 10), Plans.Task("t1", 1, 0));
        var result = await DriveAsync(plan, (_, _) => Task.FromResult(7));
        Assert.Equal(RunEnd.Failed, result.End);
        var failure = Assert.Single(result.Failures);
        Assert.Equal(AttemptCause.Failed, failure.Cause);
        Assert.Equal(7, failure.ExitCode);
        Assert.Equal(new AttemptId(Run, "t0", 0, 0, 3), failure.Attempt);
        Assert.Equal(3, _started.Count);
    }

    [Fact]
    public async Task An_exit_code_of_0_without_a_commit_is_a_failure_of_the_infrastructure()
    {
        var plan = Plans.Of(Plans.Task("t0", 1).WithRetries(0, 1));
        var result = await DriveAsync(plan, (_, _) => Task.FromResult(0));
        Assert.Equal(AttemptCause.Lost, Assert.Single(result.Failures).Cause);
        Assert.Equal(2, _started.Count);
    }

    [Fact]
    public async Task A_commit_with_a_failing_exit_code_is_success()
    {
        var result = await DriveAsync(Plans.Chain(1), async (attempt, token) =>
        {
            await CommitAsync(attempt, token);
            return 9;
        });
        Assert.Equal(RunEnd.Succeeded, result.End);
    }

    [Fact]
    public async Task A_run_that_has_ended_reports_the_same_outcome_and_writes_nothing()
    {
        var plan = Plans.Of(Plans.Task("t0", 1).WithRetries(0, 0));
        var first = await DriveAsync(plan, (_, _) => Task.FromResult(7));
        var keys = _records.Keys.ToList();
        var second = await DriveAsync(plan, CommitAsync);
        Assert.Equal(first.End, second.End);
        Assert.Equal(first.Failures.Single() with { LogTail = null }, second.Failures.Single());
        Assert.Equal(keys, _records.Keys);
    }

    [Fact]
    public async Task A_resumed_run_keeps_commits_and_has_its_budgets_again()
    {
        var plan = Plans.Of(Plans.Task("t0", 2).WithRetries(0, 0), Plans.Task("t1", 1, 0));
        var failed = await DriveAsync(plan, (attempt, token) => attempt.Descriptor.Attempt.Index == 1 ? Task.FromResult(7) : CommitAsync(attempt, token),
            o => o with { Scheduling = o.Scheduling with { OnFailure = FailurePolicy.FinishRunning } });
        Assert.Equal(RunEnd.Failed, failed.End);
        _started.Clear();
        var resumed = await DriveAsync(plan, CommitAsync, o => o with { Resume = true });
        Assert.Equal(RunEnd.Succeeded, resumed.End);
        Assert.Empty(resumed.Failures);
        Assert.Equal([("t0", 1, 2), ("t1", 0, 1)], _started.Select(a => (a.Task, a.Index, a.Attempt)));
    }

    [Fact]
    public async Task A_corrected_workflow_raises_what_changed_and_what_depends_on_it_and_keeps_the_rest()
    {
        var plan = Plans.Of(Plans.Task("t0", 2), Plans.Task("t1", 1, 0), Plans.Task("t2", 1));
        await DriveAsync(plan, CommitAsync, o => o with { Workflow = "one"u8.ToArray() });
        _started.Clear();
        var result = await DriveAsync(plan, CommitAsync, o => o with
        {
            Resume = true,
            Workflow = "two"u8.ToArray(),
            Describe = Descriptors.Of(plan, Run, task => task == 0 ? "changed" : string.Empty),
        });
        Assert.Equal(RunEnd.Succeeded, result.End);
        Assert.Equal(
            [("t0", 0, 1), ("t0", 1, 1), ("t1", 0, 1)],
            _started.Select(a => (a.Task, a.Index, a.Generation)).Order());
        Assert.Contains(RecordKeys.Seal(new OutputId("t1", "out"), 1), _records.Keys);
        Assert.Contains(RecordKeys.Workflow(1), _records.Keys);
    }

    [Fact]
    public async Task Another_workflow_without_resume_is_refused()
    {
        await Assert.ThrowsAsync<RunConflictException>(async () =>
        {
            await InterruptAsync("one"u8.ToArray());
            await DriveAsync(Plans.Chain(1), CommitAsync, o => o with { Workflow = "two"u8.ToArray() });
        });

        async Task InterruptAsync(byte[] workflow)
        {
            _records.FailBefore = (_, key) => key == RecordKeys.JournalAt(2);
            var result = await DriveAsync(Plans.Chain(1), CommitAsync, o => o with { Workflow = workflow, StorePatience = TimeSpan.Zero });
            Assert.Equal(RunEnd.StoreUnavailable, result.End);
            _records.FailBefore = null;
        }
    }

    [Fact]
    public async Task A_store_that_stays_away_ends_the_driver_and_leaves_a_run_that_can_be_continued()
    {
        _records.FailBefore = (operation, key) => operation == "create" && key == RecordKeys.JournalAt(3);
        var result = await DriveAsync(Plans.Chain(2, 1), CommitAsync, o => o with { StorePatience = TimeSpan.Zero });
        Assert.Equal(RunEnd.StoreUnavailable, result.End);
        Assert.Equal(3, result.ExitCode);
        _records.FailBefore = null;
        Assert.Equal(RunEnd.Succeeded, (await DriveAsync(Plans.Chain(2, 1), CommitAsync)).End);
        Assert.Equal(_started.Count, _started.Distinct().Count());
    }

    [Fact]
    public async Task Lost_answers_and_short_outages_change_nothing()
    {
        var calls = 0;
        _records.FailBefore = (_, _) => Interlocked.Increment(ref calls) % 3 == 0;
        _records.FailAfter = (_, _) => Interlocked.Increment(ref calls) % 4 == 0;
        var result = await DriveAsync(Plans.Chain(5, 2, 3), CommitAsync);
        Assert.Equal(RunEnd.Succeeded, result.End);
        Assert.Equal(10, _started.Count);
        Assert.NotEmpty(_observer.Notices);
    }

    [Fact]
    public async Task A_driver_that_was_overtaken_stops_with_its_next_append()
    {
        var overtaken = new TaskCompletionSource();
        var first = DriveAsync(Plans.Chain(1, 1), async (attempt, token) =>
        {
            await overtaken.Task.WaitAsync(token);
            return await CommitAsync(attempt, token);
        });
        while (_started.IsEmpty)
        {
            await Task.Yield();
        }

        var second = await DriveAsync(Plans.Chain(1, 1), CommitAsync);
        overtaken.SetResult();
        Assert.Equal(RunEnd.Succeeded, second.End);
        Assert.Equal(RunEnd.Fenced, (await first).End);
    }

    [Fact]
    public async Task Cancelling_waits_for_attempts_to_end_and_a_resumed_run_is_not_cancelled_again()
    {
        using var cancel = new CancellationTokenSource();
        var result = await DriveAsync(Plans.Chain(2), async (_, token) =>
        {
            await cancel.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return 0;
        }, cancel: cancel);
        Assert.Equal(RunEnd.Cancelled, result.End);
        Assert.Equal(_started.Count, _observer.Attempts.Count);
        Assert.Equal(RunEnd.Succeeded, (await DriveAsync(Plans.Chain(2), CommitAsync, o => o with { Resume = true })).End);
    }

    [Fact]
    public async Task A_request_in_the_store_cancels_the_run_once()
    {
        await CancellationRequests.CreateAsync(_records, Run, TestContext.Current.CancellationToken);
        Assert.Equal(RunEnd.Cancelled, (await DriveAsync(Plans.Chain(2), CommitAsync)).End);
        Assert.Empty(_started);
        Assert.Equal(RunEnd.Succeeded, (await DriveAsync(Plans.Chain(2), CommitAsync, o => o with { Resume = true })).End);
    }

    [Fact]
    public async Task Lost_input_is_made_again_and_its_readers_with_it()
    {
        var lost = false;
        var result = await DriveAsync(Plans.Chain(2, 1, 1), (attempt, token) =>
        {
            if (attempt.Descriptor.Attempt.Task == "t2" && !lost)
            {
                lost = true;
                _records.Losses.Add(new VerifyLoss(new InstanceId("t1", 0), 0, "a segment is missing"));
                throw new ShuffleException(ShuffleError.DataLoss, "t1[0] lacks blocks");
            }

            return CommitAsync(attempt, token);
        });
        Assert.Equal(RunEnd.Succeeded, result.End);
        Assert.Equal(
            [("t0", 0, 0), ("t0", 1, 0), ("t1", 0, 0), ("t1", 0, 1), ("t2", 0, 0), ("t2", 0, 1)],
            _started.Select(a => (a.Task, a.Index, a.Generation)).Order());
    }

    [Fact]
    public async Task A_commit_that_cannot_be_read_is_lost_data()
    {
        var result = await DriveAsync(Plans.Chain(1), (attempt, token) =>
        {
            if (attempt.Descriptor.Attempt.Generation > 0)
            {
                return CommitAsync(attempt, token);
            }

            _records.Put(RecordKeys.Commit(attempt.Descriptor.Attempt.Instance, 0), "not a commit"u8.ToArray());
            return Task.FromResult(0);
        });
        Assert.Equal(RunEnd.Succeeded, result.End);
        Assert.Equal([0, 1], _started.Select(a => a.Generation));
    }

    [Fact]
    public async Task An_attempt_for_which_there_is_no_room_is_started_later_under_the_same_number()
    {
        var refusals = 3;
        await using var inner = new InProcessLauncher(Record(CommitAsync), 4, null, TimeProvider.System);
        await using var launcher = new RefusingLauncher(inner, () => Interlocked.Decrement(ref refusals) >= 0
            ? new LaunchException(hold: true, "the quota is used up") : null);
        var result = await DriveAsync(Plans.Chain(3), launcher);
        Assert.Equal(RunEnd.Succeeded, result.End);
        Assert.All(_started, attempt => Assert.Equal(1, attempt.Attempt));
    }

    [Fact]
    public async Task An_attempt_that_can_never_start_fails_the_run_without_a_retry()
    {
        await using var inner = new InProcessLauncher(Record(CommitAsync), 4, null, TimeProvider.System);
        await using var launcher = new RefusingLauncher(inner, () => new LaunchException(hold: false, "does not fit any node"));
        var result = await DriveAsync(Plans.Chain(1), launcher);
        Assert.Equal(RunEnd.Failed, result.End);
        Assert.Equal("does not fit any node", Assert.Single(result.Failures).Reason);
    }

    public ValueTask DisposeAsync() => _records.DisposeAsync();

    private Task<int> CommitAsync(InProcessAttempt attempt, CancellationToken cancellationToken)
    {
        _records.Commit(attempt.Descriptor.Attempt, attempt.Descriptor.Definition);
        return Task.FromResult(0);
    }

    private InProcessBody Record(InProcessBody body) => (attempt, token) =>
    {
        _started.Enqueue(attempt.Descriptor.Attempt);
        return body(attempt, token);
    };

    private async Task<RunResult> DriveAsync(
        RunPlan plan, InProcessBody body, Func<DriverOptions, DriverOptions>? change = null, CancellationTokenSource? cancel = null)
    {
        await using var launcher = new InProcessLauncher(Record(body), 4, null, TimeProvider.System);
        return await DriveAsync(plan, launcher, change, cancel);
    }

    private async Task<RunResult> DriveAsync(
        RunPlan plan, ILauncher launcher, Func<DriverOptions, DriverOptions>? change = null, CancellationTokenSource? cancel = null)
    {
        var options = new DriverOptions
        {
            Describe = Descriptors.Of(plan, Run),
            Scheduling = new SchedulerOptions { MaxParallel = 4, Hold = Quick, InfrastructureRetry = Quick },
            StoreRetry = Quick,
            StorePatience = TimeSpan.FromSeconds(30),
        };
        return await RunDriver.RunAsync(
            plan, Run, _records, launcher, change?.Invoke(options) ?? options, _observer, cancel?.Token ?? CancellationToken.None, TestContext.Current.CancellationToken);
    }
}
