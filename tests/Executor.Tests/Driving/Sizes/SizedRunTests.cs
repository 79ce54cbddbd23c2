using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Driving.Sizes;
using Executor.Launching;
using Executor.Planning;
using Executor.Scheduling;
using Executor.TestKit;
using Executor.Tests.Scheduling;
using Xunit;
using Observation = Executor.Sizing.History.Observation;

namespace Executor.Tests.Driving.Sizes;

/// <summary>Runs whose task is sized, with attempts that do what the test says and a store that can fail.</summary>
public sealed class SizedRunTests : IAsyncDisposable
{
    private const string Run = "run-1";
    private const string Class = "test/t0";
    private const long Asked = 1L << 30;
    private static readonly AttemptFacts OutOfMemory = new() { Seen = DateTimeOffset.UnixEpoch, Signal = 9, OutOfMemory = true };
    private readonly MemoryRunRecords _records = new();
    private readonly RecordingObserver _observer = new();
    private readonly ManualTime _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _records.DisposeAsync();

    [Fact]
    public async Task Of_a_fan_out_of_which_nothing_is_known_one_instance_goes_first_and_the_others_get_by_what_it_used()
    {
        var launcher = new ManualLauncher();
        var run = DriveAsync(Sized(3), launcher);

        var probe = await launcher.NextStartAsync(Token);
        Assert.Equal(Asked, probe.Descriptor.Resources.MemoryBytes);
        await Poll.UntilAsync(() => _observer.Last?.Tasks[0] is { Pending: 1, Waiting: 2 }, TimeSpan.FromMinutes(1), () => "a probe alone", Token);
        Commit(launcher, probe, peak: 100L << 20);
        var others = new[] { await launcher.NextStartAsync(Token), await launcher.NextStartAsync(Token) };

        Assert.All(others, other => Assert.InRange(other.Descriptor.Resources.MemoryBytes, 100L << 20, 400L << 20));
        Assert.All(others, other => Commit(launcher, other, peak: 100L << 20));
        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.Contains(_observer.Notices, notice => notice.StartsWith("sizing: t0: 3 attempts got ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_recommendation_changes_nothing_and_is_told()
    {
        Remember(40L << 20, 10);
        var launcher = new ManualLauncher();
        var run = DriveAsync(Sized(2, SizingMode.Recommend), launcher);
        var starts = new[] { await launcher.NextStartAsync(Token), await launcher.NextStartAsync(Token) };
        Assert.All(starts, start => Commit(launcher, start, peak: 40L << 20));

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.All(starts, start => Assert.Equal(Asked, start.Descriptor.Resources.MemoryBytes));
        Assert.Contains(_observer.Notices, notice => notice.StartsWith("sizing: t0: 2 attempts would have got ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_attempt_that_had_less_than_its_task_asks_for_costs_no_retry_and_gets_more()
    {
        Remember(40L << 20, 10);
        var launcher = new ManualLauncher();
        var plan = Sized(1);
        var run = DriveAsync(Plans.Of(plan.Tasks[0].WithRetries(0, 0)), launcher);
        var sizes = new List<long>();
        while (true)
        {
            var next = launcher.NextStartAsync(Token).AsTask();
            if (await Task.WhenAny(next, run) == run)
            {
                break;
            }

            var start = await next;
            sizes.Add(start.Descriptor.Resources.MemoryBytes);
            if (sizes[^1] >= 300L << 20)
            {
                Commit(launcher, start, peak: 300L << 20);
                break;
            }

            launcher.Tell(start.Descriptor.Attempt, ObservedPhase.Ended, OutOfMemory);
        }

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.True(sizes.Count > 2, string.Join(' ', sizes));
        Assert.Equal(sizes.Order().Distinct(), sizes);
    }

    [Fact]
    public async Task Bounds_hold_and_running_out_of_the_most_is_the_end()
    {
        Remember(40L << 20, 10);
        var launcher = new ManualLauncher();
        var plan = Sized(1, change: sizing => sizing with { MinMemoryBytes = 200L << 20, MaxMemoryBytes = 300L << 20 });
        var run = DriveAsync(plan, launcher);
        var first = await launcher.NextStartAsync(Token);
        launcher.Tell(first.Descriptor.Attempt, ObservedPhase.Ended, OutOfMemory);
        var second = await launcher.NextStartAsync(Token);
        launcher.Tell(second.Descriptor.Attempt, ObservedPhase.Ended, OutOfMemory);

        var result = await run;
        Assert.Equal([200L << 20, 300L << 20], new[] { first, second }.Select(start => start.Descriptor.Resources.MemoryBytes));
        Assert.Equal("out of memory at 300 MiB, which is the most that its sizing allows", Assert.Single(result.Failures).Reason);
    }

    [Fact]
    public async Task Processors_are_sized_only_where_bounds_are_given()
    {
        Remember(40L << 20, 10, cores: 0.2);
        var launcher = new ManualLauncher();
        var run = DriveAsync(Sized(1, change: sizing => sizing with { MinCpuMillicores = 50, MaxCpuMillicores = 1000 }), launcher);
        var start = await launcher.NextStartAsync(Token);
        Commit(launcher, start, peak: 40L << 20);

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.Equal(200, start.Descriptor.Resources.CpuMillicores);
        Assert.Equal(200, Assert.Single(_observer.Attempts).Resources.CpuMillicores);
    }

    [Fact]
    public async Task The_next_driver_goes_on_with_the_same_size_and_what_was_seen_and_launches_nothing_again()
    {
        Remember(40L << 20, 10);
        var plan = Sized(2);
        var earlier = new ManualLauncher();
        using var leave = new CancellationTokenSource();
        var left = DriveAsync(plan, earlier, leave);
        Commit(earlier, await earlier.NextStartAsync(Token), peak: 400L << 20);
        var adopted = await earlier.NextStartAsync(Token);
        await Poll.UntilAsync(() => _observer.Attempts.Count == 1, TimeSpan.FromMinutes(1), () => "an end", Token);
        await leave.CancelAsync();
        Assert.Equal(RunEnd.Left, (await left).End);

        var launcher = new ManualLauncher();
        launcher.Existing.Add(adopted.Descriptor.Attempt);
        var run = DriveAsync(plan, launcher);
        Commit(launcher, adopted, peak: 400L << 20);

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.Equal(adopted.Descriptor.Resources.MemoryBytes, _observer.Attempts.Last().Resources.MemoryBytes);
        Assert.Equal(2, _observer.Attempts.Count);
        var history = await new SizingHistory(_records, message => Assert.Fail(message)).ReadAsync(Run, null, Token);
        Assert.Equal(2, history.Count(seen => seen.Seen.PeakBytes == 400L << 20));
    }

    [Fact]
    public async Task Attempts_that_a_driver_adopts_count_as_running_since_they_were_launched()
    {
        // Memory grows with time, so that what has run for an hour says that what has ended is small.
        _records.Put(RecordKeys.Sizing(RecordKeys.SizingSeen, 0, 999), SizingRecords.Write(
            [.. Enumerable.Range(1, 10).Select(i => new ClassObservation(Class, new Observation(null, i * (20L << 20), i * 10) { Cores = 1 }))]));
        var plan = Sized(3);
        var earlier = new ManualLauncher();
        using var leave = new CancellationTokenSource();
        var left = DriveAsync(plan, earlier, leave);
        var begun = new[] { await earlier.NextStartAsync(Token), await earlier.NextStartAsync(Token), await earlier.NextStartAsync(Token) };
        await leave.CancelAsync();
        Assert.Equal(RunEnd.Left, (await left).End);
        _time.Advance(TimeSpan.FromHours(1));

        // The third is gone, and so is begun anew.
        var launcher = new ManualLauncher();
        launcher.Existing.AddRange(begun.Take(2).Select(start => start.Descriptor.Attempt));
        var run = DriveAsync(plan, launcher);
        var again = await launcher.NextStartAsync(Token);

        Assert.Equal((begun[2].Descriptor.Attempt.Instance, 2), (again.Descriptor.Attempt.Instance, again.Descriptor.Attempt.Attempt));
        Assert.InRange(begun[2].Descriptor.Resources.MemoryBytes, 200L << 20, 300L << 20);
        Assert.InRange(again.Descriptor.Resources.MemoryBytes, 3 * begun[2].Descriptor.Resources.MemoryBytes, Asked);
        Assert.All([begun[0], begun[1], again], start => Commit(launcher, start, peak: 200L << 20));
        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.All(_observer.Attempts.Where(row => row.Outcome.Cause == Executor.Outcomes.AttemptCause.Succeeded), row => Assert.NotNull(row.Launched));
    }

    [Fact]
    public async Task A_history_that_is_damaged_or_out_of_reach_is_told_and_costs_nothing_else()
    {
        _records.Put(RecordKeys.Sizing(RecordKeys.SizingSeen, 0, 0), "nonsense"u8.ToArray());
        _records.FailBefore = (operation, key) => operation == "create" && key.StartsWith("sizing/", StringComparison.Ordinal);
        var launcher = new ManualLauncher();
        var run = DriveAsync(Sized(1), launcher);
        Commit(launcher, await launcher.NextStartAsync(Token), peak: 40L << 20);

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.Contains(_observer.Notices, notice => notice.StartsWith($"sizing: sizing/seen/0000000000.0000 of run {Run} cannot be read, and is left out: ", StringComparison.Ordinal));
        Assert.Contains(_observer.Notices, notice => notice.StartsWith("sizing: what was seen of 1 attempts could not be written down: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_history_that_cannot_be_listed_is_told_and_the_run_begins_with_the_request()
    {
        Remember(40L << 20, 10);
        _records.FailBefore = (operation, key) => operation == "list" && key.StartsWith("sizing/", StringComparison.Ordinal);
        var launcher = new ManualLauncher();
        var run = DriveAsync(Sized(1), launcher);
        var start = await launcher.NextStartAsync(Token);
        Commit(launcher, start, peak: 40L << 20);

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.Equal(Asked, start.Descriptor.Resources.MemoryBytes);
        Assert.Contains(_observer.Notices, notice => notice.StartsWith($"sizing: the history of run {Run} cannot be read, and is left out: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_absurd_request_is_cut_to_the_largest_node_and_running_out_of_that_is_the_end()
    {
        var launcher = new ManualLauncher { Largest = new Contracts.Descriptors.ResourceLimits(4000, 3L << 30) };
        var plan = Sized(1, change: sizing => sizing with { MinMemoryBytes = 1L << 50 });
        var run = DriveAsync(Plans.Of(plan.Tasks[0] with { Resources = new Contracts.Descriptors.ResourceLimits(1000, 1L << 60) }), launcher);
        var start = await launcher.NextStartAsync(Token);
        launcher.Tell(start.Descriptor.Attempt, ObservedPhase.Ended, OutOfMemory);

        var result = await run;
        Assert.Equal(3L << 30, start.Descriptor.Resources.MemoryBytes);
        Assert.Equal("out of memory at 3 GiB, which is all that the largest node has", Assert.Single(result.Failures).Reason);
    }

    [Theory]
    [InlineData(-86_400, 10.0, 10.0, 1.0)]
    [InlineData(86_400, 10.0, 10.0, 1.0)]
    [InlineData(-86_400, 0.0, 0.001, null)]
    public async Task A_clock_that_jumps_while_an_attempt_runs_teaches_nothing_wrong(int jumpSeconds, double runSeconds, double learnedSeconds, double? learnedCores)
    {
        var launcher = new ManualLauncher();
        var run = DriveAsync(Sized(1), launcher);
        var start = await launcher.NextStartAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(-Math.Abs(jumpSeconds)));
        Commit(launcher, start, peak: 40L << 20, new AttemptUsage
        {
            Started = DateTimeOffset.UnixEpoch,
            Ended = DateTimeOffset.UnixEpoch.AddSeconds(jumpSeconds),
            RunSeconds = runSeconds,
            CpuSeconds = 10,
        });

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        var seen = Assert.Single(await new SizingHistory(_records, message => Assert.Fail(message)).ReadAsync(Run, null, Token)).Seen;
        Assert.Equal(new Observation(null, 40L << 20, learnedSeconds) { Cores = learnedCores }, seen);
    }

    [Fact]
    public async Task A_task_that_leaves_it_to_VPA_waits_for_no_history_and_leaves_one()
    {
        Remember(40L << 20, 10);
        var reads = 0;
        _records.FailBefore = (operation, key) => operation != "create" && key.StartsWith("sizing/", StringComparison.Ordinal) && ++reads > 0;
        var launcher = new ManualLauncher();
        var run = DriveAsync(Sized(1, SizingMode.Vpa), launcher);
        var start = await launcher.NextStartAsync(Token);
        Commit(launcher, start, peak: 40L << 20);

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.Equal((0, Asked), (reads, start.Descriptor.Resources.MemoryBytes));
        _records.FailBefore = null;
        Assert.Equal(11, (await new SizingHistory(_records, message => Assert.Fail(message)).ReadAsync(Run, null, Token)).Count);
    }

    [Theory]
    [InlineData(nameof(SizingMode.Apply))]
    [InlineData(nameof(SizingMode.Recommend))]
    public async Task An_attempt_is_sized_once_it_is_known_how_much_it_reads(string mode)
    {
        Remember(40L << 20, 10);
        var plan = Plans.Of(Plans.Task("t0", 1), Plans.Task("t1", 2, 0) with { Sizing = new PlannedSizing(Enum.Parse<SizingMode>(mode), Class) });
        var launcher = new ManualLauncher();
        var run = DriveAsync(plan, launcher);
        for (var instance = 0; instance < 3; instance++)
        {
            Commit(launcher, await launcher.NextStartAsync(Token), peak: 40L << 20);
        }

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        var read = new List<(string, double?)>();
        await foreach (var sized in DecidedSizes.ReadAsync(_records, Run, message => Assert.Fail(message), Token))
        {
            read.Add((sized.Attempt.Task, sized.InputBytes));
        }

        Assert.Equal([("t1", 0.0), ("t1", 0.0)], read);
    }

    [Fact]
    public async Task A_run_without_sizing_writes_nothing_of_it()
    {
        Assert.Null(RunSizer.For(Run, new TaskGraph(Plans.Chain(1))));
        var launcher = new ManualLauncher();
        var run = DriveAsync(Plans.Chain(1), launcher);
        Commit(launcher, await launcher.NextStartAsync(Token), peak: 1);

        Assert.Equal(RunEnd.Succeeded, (await run).End);
        Assert.DoesNotContain(_records.Keys, key => key.StartsWith("sizing/", StringComparison.Ordinal));
        Assert.Empty(_observer.Notices);
    }

    private static RunPlan Sized(int instances, SizingMode mode = SizingMode.Apply, Func<PlannedSizing, PlannedSizing>? change = null)
    {
        var sizing = new PlannedSizing(mode, Class);
        return Plans.Of(Plans.Task("t0", instances) with
        {
            Resources = new Contracts.Descriptors.ResourceLimits(1000, Asked),
            Sizing = change?.Invoke(sizing) ?? sizing,
        });
    }

    // As an earlier driver of the run left it.
    private void Remember(long peak, int attempts, double cores = 1) => _records.Put(
        RecordKeys.Sizing(RecordKeys.SizingSeen, 0, 999),
        SizingRecords.Write([.. Enumerable.Repeat(new ClassObservation(Class, new Observation(null, peak, 10) { Cores = cores }), attempts)]));

    private void Commit(ManualLauncher launcher, LaunchRequest request, long peak, AttemptUsage? usage = null)
    {
        usage ??= new AttemptUsage { Started = DateTimeOffset.UnixEpoch, Ended = DateTimeOffset.UnixEpoch.AddSeconds(10), CpuSeconds = 10 };
        _records.Commit(request.Descriptor.Attempt, request.Descriptor.Definition, usage: usage with { PeakMemoryBytes = peak });
        launcher.Tell(request.Descriptor.Attempt, ObservedPhase.Ended);
    }

    private Task<RunResult> DriveAsync(RunPlan plan, ManualLauncher launcher, CancellationTokenSource? leave = null)
    {
        var options = new DriverOptions
        {
            Describe = Descriptors.Of(plan, Run),
            Scheduling = new SchedulerOptions { MaxParallel = 4, InfrastructureRetry = default },
            ProgressInterval = TimeSpan.Zero,
            Time = _time,
        };
        return RunDriver.RunAsync(plan, Run, _records, launcher, options, _observer, CancellationToken.None, Token, leave?.Token ?? CancellationToken.None);
    }
}
