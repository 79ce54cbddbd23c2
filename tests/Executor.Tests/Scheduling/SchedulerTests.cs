using Executor.Contracts.Identity;
using Executor.Outcomes;
using Executor.Planning;
using Executor.Scheduling;
using Xunit;

namespace Executor.Tests.Scheduling;

public sealed class SchedulerTests
{
    private const long Memory = Plans.Memory;
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private static readonly AttemptOutcome ExitCode1 = new(AttemptCause.Failed, RetryCharge.Task, "exit code 1", 1);
    private static readonly AttemptOutcome OutOfMemory = new(AttemptCause.OutOfMemory, RetryCharge.Task, "out of memory");
    private static readonly AttemptOutcome Vanished = OutcomeClassifier.Lost("vanished");

    [Fact]
    public void Launches_begin_slowly_and_double_while_they_are_accepted()
    {
        var scheduler = Begin(Plans.Chain(100), out var round, o => o with { LaunchesInFlight = 8 });
        var sizes = new List<int>();
        while (sizes.Count < 6)
        {
            var starts = Starts(round);
            sizes.Add(starts.Count);
            foreach (var attempt in starts)
            {
                scheduler.LaunchAccepted(attempt);
                scheduler.Running(attempt);
            }

            round = scheduler.Decide(Start);
        }

        Assert.Equal([1, 2, 4, 8, 8, 8], sizes);
    }

    [Fact]
    public void No_more_is_pending_or_exists_than_allowed()
    {
        var scheduler = Begin(Plans.Chain(100), out var round, o => o with { PendingLimit = 3, MaxParallel = 5 });
        var started = Accept(scheduler, round);
        Assert.Equal(3, started.Count);
        started.ForEach(scheduler.Running);
        Assert.Equal(2, Accept(scheduler, scheduler.Decide(Start)).Count);
    }

    [Fact]
    public void The_longest_remaining_way_is_served_first_and_then_what_was_submitted_first()
    {
        // t0 alone; t1 before t2 before t3.
        var plan = Plans.Of(Plans.Task("t0", 2), Plans.Task("t1", 2), Plans.Task("t2", 1, 1), Plans.Task("t3", 1, 2));
        var scheduler = Begin(plan, out var round);
        Assert.Equal([(1, 0), (1, 1), (0, 0), (0, 1)], Accept(scheduler, round).Select(a => (a.Task, a.Index)));
    }

    [Fact]
    public void Without_room_the_queue_is_held_with_growing_pauses_and_nothing_fails()
    {
        var scheduler = Begin(Plans.Chain(2), out var round);
        var attempt = Assert.Single(Starts(round));
        var now = Start;
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            scheduler.LaunchHeld(attempt, now);
            Assert.Empty(scheduler.Decide(now).Effects);
            Assert.Equal(now + TimeSpan.FromSeconds(seconds), scheduler.NextDue);
            now = scheduler.NextDue!.Value;
            var again = scheduler.Decide(now);
            Assert.Empty(again.Decisions);
            Assert.Equal(attempt, Assert.Single(Starts(again)));
        }

        scheduler.LaunchAccepted(attempt);
        Assert.Equal(new AttemptRef(0, 1, 0, 1), Starts(scheduler.Decide(now))[0]);
    }

    [Fact]
    public void Failures_of_the_infrastructure_have_their_own_budget_and_wait()
    {
        var scheduler = Begin(Plans.Of(Plans.Task("t0", 1).WithRetries(0, 3)), out var round);
        var now = Start;
        foreach (var seconds in new[] { 1, 2, 4 })
        {
            var attempt = Assert.Single(Accept(scheduler, round));
            scheduler.Ended(attempt, Vanished, null, now);
            Assert.Empty(Starts(scheduler.Decide(now)));
            Assert.Equal(now + TimeSpan.FromSeconds(seconds), scheduler.NextDue);
            now = scheduler.NextDue!.Value;
            round = scheduler.Decide(now);
        }

        scheduler.Ended(Assert.Single(Accept(scheduler, round)), Vanished, null, now);
        Assert.Contains(new FinishDecision(RunOutcome.Failed), scheduler.Decide(now).Decisions);
    }

    [Theory]
    [InlineData(nameof(FailurePolicy.CancelRunning), 1, false)]
    [InlineData(nameof(FailurePolicy.FinishRunning), 0, false)]
    [InlineData(nameof(FailurePolicy.KeepGoing), 0, true)]
    public void What_else_happens_after_a_failure_is_the_users_choice(string policy, int cancels, bool launchesMore)
    {
        var plan = Plans.Of(Plans.Task("t0", 1).WithRetries(0, 0), Plans.Task("t1", 1), Plans.Task("t2", 1, 1));
        var scheduler = Begin(plan, out var round, o => o with { OnFailure = Enum.Parse<FailurePolicy>(policy) });
        var started = Accept(scheduler, round);
        scheduler.Ended(started.Single(a => a.Task == 0), ExitCode1, null, Start);
        var after = scheduler.Decide(Start);
        Assert.Equal(cancels, after.Effects.OfType<CancelEffect>().Count());
        Commit(scheduler, started.Single(a => a.Task == 1));
        after = scheduler.Decide(Start);
        Assert.Equal(launchesMore, Starts(after).Count > 0);
        if (launchesMore)
        {
            Assert.DoesNotContain(after.Decisions, decision => decision is FinishDecision);
            after.Effects.OfType<SealEffect>().ToList().ForEach(scheduler.SealWritten);
            Accept(scheduler, after).ForEach(attempt => Commit(scheduler, attempt));
            scheduler.Decide(Start).Effects.OfType<SealEffect>().ToList().ForEach(scheduler.SealWritten);
            after = scheduler.Decide(Start);
        }

        Assert.True(scheduler.State.Finished == RunOutcome.Failed);
    }

    [Fact]
    public void The_first_cancellation_waits_for_the_attempts_and_the_second_does_not()
    {
        var scheduler = Begin(Plans.Chain(1), out var round);
        var attempt = Assert.Single(Accept(scheduler, round));
        scheduler.CancelRequested(1);
        Assert.Equal(new CancelEffect(attempt, Immediately: false), Assert.Single(scheduler.Decide(Start).Effects));
        Assert.Null(scheduler.State.Finished);
        scheduler.CancelRequested(1);
        Assert.Empty(scheduler.Decide(Start).Decisions);
        scheduler.CancelRequested(2);
        var round2 = scheduler.Decide(Start);
        Assert.Equal(new CancelEffect(attempt, Immediately: true), Assert.Single(round2.Effects));
        Assert.Contains(new FinishDecision(RunOutcome.Cancelled), round2.Decisions);
    }

    [Fact]
    public void Lost_data_is_made_again_with_all_that_was_launched_to_read_it_up_to_three_times()
    {
        var scheduler = Begin(Plans.Chain(1, 1), out var round);
        for (var generation = 0; generation < 4; generation++)
        {
            Commit(scheduler, Assert.Single(Accept(scheduler, round)));
            round = scheduler.Decide(Start);
            Assert.Contains(new SealDecision(0, generation, 1), round.Decisions);
            var reader = Assert.Single(Accept(scheduler, round));
            Assert.Equal(new AttemptRef(1, 0, generation, 1), reader);
            scheduler.DataLost([new AttemptRef(0, 0, generation, 0)]);
            if (generation < 3)
            {
                round = scheduler.Decide(Start);
                Assert.Contains(new RaiseDecision(0, 0, generation + 1, RaiseCause.Loss), round.Decisions);
                Assert.Contains(new RaiseDecision(1, 0, generation + 1, RaiseCause.Upstream), round.Decisions);
                Assert.Contains(new CancelEffect(reader, Immediately: false), round.Effects);
                scheduler.Ended(reader, new AttemptOutcome(AttemptCause.Cancelled, RetryCharge.None, "cancelled"), null, Start);
            }
        }

        Assert.Contains(scheduler.Decide(Start).Decisions, decision => decision is FailDecision);
    }

    [Fact]
    public void A_changed_number_of_instances_moves_the_seal_and_its_readers_on()
    {
        var before = new TaskGraph(Plans.Chain(2, 1));
        var state = new RunState(new TaskGraph(Plans.Chain(3, 1)));
        Decision[] journal =
        [
            new RevisionDecision(0),
            new LaunchDecision(new AttemptRef(0, 0, 0, 1), new Tags().TagOf(0, 0, [], null), Memory),
            new CommittedDecision(new AttemptRef(0, 0, 0, 1)),
            new LaunchDecision(new AttemptRef(0, 1, 0, 1), new Tags().TagOf(0, 1, [], null), Memory),
            new CommittedDecision(new AttemptRef(0, 1, 0, 1)),
            new SealDecision(0, 0, before.PlannedInstances(0)),
            new LaunchDecision(new AttemptRef(1, 0, 0, 1), new Tags().TagOf(1, 0, [0], null), Memory),
            new CommittedDecision(new AttemptRef(1, 0, 0, 1)),
        ];
        foreach (var decision in journal)
        {
            state.Apply(decision, 0);
        }

        var scheduler = new Scheduler(state, new Tags(), new SchedulerOptions { MaxParallel = 9 }, 1);
        scheduler.Restore(new RestoredWorld { Revision = 1, Resume = true }, Start);
        var round = scheduler.Decide(Start);
        Assert.Contains(new UnsealDecision(0, 1), round.Decisions);
        Assert.Contains(new RaiseDecision(1, 0, 1, RaiseCause.Upstream), round.Decisions);
        Assert.Equal(new AttemptRef(0, 2, 0, 1), Assert.Single(Starts(round)));
    }

    [Fact]
    public void A_task_has_no_instances_before_the_seal_of_what_it_splits_stands_and_then_those_that_were_chosen()
    {
        var scheduler = Begin(Plans.Of(Plans.Task("t0", 3), Plans.Task("t1", 1, 0).Splitting(0).WithoutOutputs()), out var round, o => o with { LaunchesInFlight = 9 });
        round = CommitAll(scheduler, round);
        var seal = Assert.Single(round.Effects.OfType<SealEffect>());
        Assert.Empty(round.Effects.OfType<SliceEffect>());
        Assert.False(scheduler.State.IsComplete(1));

        scheduler.SealWritten(seal);
        var asked = Assert.Single(scheduler.Decide(Start).Effects.OfType<SliceEffect>());
        Assert.Empty(scheduler.Decide(Start).Effects);
        scheduler.Sliced(asked, Slices(1));
        round = scheduler.Decide(Start);

        Assert.IsType<SliceDecision>(round.Decisions[0]);
        Assert.Equal([(1, 0), (1, 1)], Accept(scheduler, round).Select(attempt => (attempt.Task, attempt.Index)));
        scheduler.Sliced(asked, Slices(2));
        Assert.Empty(scheduler.Decide(Start).Decisions);
    }

    [Fact]
    public void Slices_stay_when_what_they_read_is_lost_and_are_chosen_anew_when_it_is_made_otherwise()
    {
        var graph = new TaskGraph(Plans.Of(Plans.Task("t0", 3), Plans.Task("t1", 1, 0).Splitting(0)));
        Decision[] journal =
        [
            new RevisionDecision(0),
            .. Enumerable.Range(0, 3).SelectMany(index => Committed(0, index, new Tags().TagOf(0, index, [], null))),
            new SealDecision(0, 0, 3),
            new SliceDecision(1, Slices(1)),
            .. Enumerable.Range(0, 2).SelectMany(index => Committed(1, index, new Tags().TagOf(1, index, [0], Slices(1).At(index)))),
        ];

        var lossy = Restore(new Tags());
        lossy.DataLost([new AttemptRef(0, 1, 0, 1)]);
        var decisions = lossy.Decide(Start).Decisions;
        Assert.Equal([(0, 1), (1, 0), (1, 1)], decisions.OfType<RaiseDecision>().Select(raise => (raise.Task, raise.Index)));
        Assert.Empty(decisions.OfType<UnsliceDecision>());
        Assert.Equal(2, lossy.State.Instances(1));

        var changed = Restore(new Tags { Salt = 5 });
        decisions = changed.Decide(Start).Decisions;
        Assert.Equal(new UnsliceDecision(1), Assert.Single(decisions.OfType<UnsliceDecision>()));
        Assert.Equal(2, decisions.OfType<RaiseDecision>().Count(raise => raise.Task == 1));
        Assert.Equal(0, changed.State.Instances(1));
        Assert.False(changed.State.IsComplete(1));

        Scheduler Restore(Tags tags)
        {
            var state = new RunState(graph);
            foreach (var decision in journal)
            {
                state.Apply(decision, 0);
            }

            Assert.Equal((2, 2), (state.Instances(1), state.Task(1).Committed));
            var scheduler = new Scheduler(state, tags, new SchedulerOptions { MaxParallel = 9 }, 1);
            scheduler.Restore(new RestoredWorld { Revision = 1, Resume = true, Seals = new HashSet<(int, int, int)> { (0, 0, 0) } }, Start);
            return scheduler;
        }

        static IEnumerable<Decision> Committed(int task, int index, ulong tag) =>
            [new LaunchDecision(new AttemptRef(task, index, 0, 1), tag, Memory), new CommittedDecision(new AttemptRef(task, index, 0, 1))];
    }

    [Fact]
    public void Commits_that_are_missing_when_slices_are_chosen_are_made_again_and_then_it_is_chosen()
    {
        var scheduler = Begin(Plans.Of(Plans.Task("t0", 3), Plans.Task("t1", 1, 0).Splitting(0)), out var round, o => o with { LaunchesInFlight = 9 });
        round = CommitAll(scheduler, round);
        scheduler.SealWritten(Assert.Single(round.Effects.OfType<SealEffect>()));
        var asked = Assert.Single(scheduler.Decide(Start).Effects.OfType<SliceEffect>());

        scheduler.SlicingLacksCommits(asked, [new AttemptRef(0, 2, 0, 0)]);
        round = scheduler.Decide(Start);

        Assert.Contains(new RaiseDecision(0, 2, 1, RaiseCause.Loss), round.Decisions);
        round = CommitAll(scheduler, round);
        scheduler.SealWritten(Assert.Single(round.Effects.OfType<SealEffect>()));
        scheduler.Sliced(asked, Slices(1));
        round = scheduler.Decide(Start);
        Assert.Empty(round.Decisions);
        Assert.Equal(new SliceEffect(1, 1), Assert.Single(round.Effects.OfType<SliceEffect>()));
    }

    private static SliceChoice Slices(params int[] cuts) => new(new OutputId("t0", "out"), 1, 1, 3, [new SplitPartition(0, cuts)]);

    [Fact]
    public void An_attempt_that_does_not_count_is_asked_to_end_when_it_is_seen()
    {
        var scheduler = Begin(Plans.Chain(1), out var round);
        var attempt = Assert.Single(Accept(scheduler, round));
        scheduler.Ended(attempt, Vanished, null, Start);
        scheduler.Decide(Start);
        scheduler.Running(attempt);
        Assert.Equal(new CancelEffect(attempt, Immediately: false), Assert.Single(scheduler.Decide(Start).Effects));
    }

    [Fact]
    public void A_commit_of_an_attempt_that_was_given_up_ends_the_later_one()
    {
        var scheduler = Begin(Plans.Chain(1), out var round, o => o with { InfrastructureRetry = default });
        var first = Assert.Single(Accept(scheduler, round));
        scheduler.Ended(first, Vanished, null, Start);
        var second = Assert.Single(Accept(scheduler, scheduler.Decide(Start)));
        scheduler.Committed(first, first.Attempt);
        var after = scheduler.Decide(Start);
        Assert.Contains(new CommittedDecision(first), after.Decisions);
        Assert.Contains(new CancelEffect(second, Immediately: false), after.Effects);
        after.Effects.OfType<SealEffect>().ToList().ForEach(scheduler.SealWritten);
        Assert.Null(scheduler.State.Finished);
        scheduler.Committed(second, first.Attempt);
        scheduler.Decide(Start);
        Assert.True(scheduler.State.Finished == RunOutcome.Succeeded);
    }

    [Fact]
    public void A_backend_that_wants_to_be_left_alone_is_left_alone_for_as_long()
    {
        var scheduler = Begin(Plans.Chain(1), out var round);
        scheduler.LaunchHeld(Assert.Single(Starts(round)), Start, TimeSpan.FromSeconds(90));
        Assert.Empty(Starts(scheduler.Decide(Start.AddSeconds(89))));
        Assert.Equal(Start.AddSeconds(90), scheduler.NextDue);
        Assert.Single(Starts(scheduler.Decide(Start.AddSeconds(90))));
    }

    [Fact]
    public void What_was_not_enough_memory_is_doubled_for_the_instance_alone()
    {
        var scheduler = Begin(Plans.Of(Plans.Task("t0", 2).WithRetries(5, 5)), out var round, o => o with { InfrastructureRetry = default });
        var memory = new List<(int Index, long Bytes)>();
        AcceptAll(scheduler, round, memory);
        scheduler.Ended(new AttemptRef(0, 0, 0, 1), OutOfMemory, null, Start);
        AcceptAll(scheduler, scheduler.Decide(Start), memory);
        scheduler.Ended(new AttemptRef(0, 0, 0, 2), OutOfMemory, null, Start);
        AcceptAll(scheduler, scheduler.Decide(Start), memory);
        scheduler.Ended(new AttemptRef(0, 0, 0, 3), Vanished, null, Start);
        scheduler.Ended(new AttemptRef(0, 1, 0, 1), ExitCode1, null, Start);
        AcceptAll(scheduler, scheduler.Decide(Start), memory);
        Assert.Equal([(0, Memory), (1, Memory), (0, 2 * Memory), (0, 4 * Memory), (0, 4 * Memory), (1, Memory)], memory);
    }

    [Fact]
    public void Memory_grows_up_to_what_the_largest_node_has_and_then_the_instance_has_failed()
    {
        var scheduler = Begin(Plans.Of(Plans.Task("t0", 1).WithRetries(9, 9)), out var round);
        scheduler.LargestMemoryBytes = 3 * Memory;
        var memory = new List<(int Index, long Bytes)>();
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            AcceptAll(scheduler, round, memory);
            scheduler.Ended(new AttemptRef(0, 0, 0, attempt), OutOfMemory, null, Start);
            round = scheduler.Decide(Start);
        }

        Assert.Equal([(0, Memory), (0, 2 * Memory), (0, 3 * Memory)], memory);
        var last = Assert.Single(round.Decisions.OfType<OutcomeDecision>());
        Assert.True(last.Final);
        Assert.Equal("out of memory at 3 MiB, which is all that the largest node has", last.Outcome.Reason);
    }

    [Fact]
    public void What_was_not_enough_memory_is_remembered_when_a_run_goes_on_and_data_is_lost_but_not_of_another_definition()
    {
        var state = new RunState(new TaskGraph(Plans.Chain(1)));
        Decision[] journal =
        [
            new LaunchDecision(new AttemptRef(0, 0, 0, 1), 7, Memory),
            new OutcomeDecision(new AttemptRef(0, 0, 0, 1), OutOfMemory, Final: true, null),
            new ResumeDecision(0),
            new LaunchDecision(new AttemptRef(0, 0, 0, 2), 7, 2 * Memory),
            new CommittedDecision(new AttemptRef(0, 0, 0, 2)),
            new RaiseDecision(0, 0, 1, RaiseCause.Loss),
        ];
        Array.ForEach(journal, decision => state.Apply(decision, 0));
        Assert.Equal(Memory, state.Instance(0, 0).ExhaustedBytes);
        state.Apply(new RaiseDecision(0, 0, 2, RaiseCause.Definition), 0);
        Assert.Equal(0, state.Instance(0, 0).ExhaustedBytes);
    }

    [Theory]
    [InlineData(100, 0, null, 100)]
    [InlineData(100, 100, null, 200)]
    [InlineData(1000, 100, null, 1000)]
    [InlineData(100, 100, 150L, 150)]
    [InlineData(100, 100, 50L, 100)]
    [InlineData(1, long.MaxValue, null, long.MaxValue - 1)]
    public void Attempts_get_what_their_task_asks_for_or_twice_what_was_not_enough(long planned, long exhausted, long? largest, long expected) =>
        Assert.Equal(expected, AttemptMemory.Next(planned, exhausted, largest));

    [Fact]
    public void An_attempt_that_a_later_driver_has_launched_is_left_alone()
    {
        var scheduler = Begin(Plans.Chain(1), out var round, o => o with { InfrastructureRetry = default });
        var first = Assert.Single(Accept(scheduler, round));
        scheduler.Running(first with { Attempt = 2 });
        scheduler.Running(first with { Generation = 1 });
        Assert.Empty(scheduler.Decide(Start).Effects);
        Assert.False(scheduler.State.IsSettled(first));
        Assert.False(scheduler.State.IsSettled(first with { Attempt = 2 }));
        scheduler.Ended(first, Vanished, null, Start);
        Assert.True(scheduler.State.IsSettled(first));
    }

    [Fact]
    public void What_is_not_seen_to_run_yet_is_counted_as_pending()
    {
        var scheduler = Begin(Plans.Chain(3), out var round);
        var started = Accept(scheduler, round);
        scheduler.Running(started[0]);
        Assert.Equal([2], scheduler.CountPending());
        scheduler.Ended(started[1], ExitCode1, null, Start);
        Assert.Equal([1], scheduler.CountPending());
    }

    private static Scheduler Begin(RunPlan plan, out Round round, Func<SchedulerOptions, SchedulerOptions>? change = null)
    {
        var options = new SchedulerOptions { MaxParallel = 1000 };
        var scheduler = new Scheduler(new RunState(new TaskGraph(plan)), new Tags(), change?.Invoke(options) ?? options, 0);
        scheduler.Restore(RestoredWorld.Empty, Start);
        round = scheduler.Decide(Start);
        return scheduler;
    }

    private static List<AttemptRef> Starts(Round round) => [.. round.Effects.OfType<StartEffect>().Select(start => start.Attempt)];

    // Accepts what is started, and what is started because of that, until nothing more is.
    private static List<AttemptRef> Accept(Scheduler scheduler, Round round)
    {
        var all = new List<AttemptRef>();
        for (var starts = Starts(round); starts.Count > 0; starts = Starts(scheduler.Decide(Start)))
        {
            all.AddRange(starts);
            starts.ForEach(scheduler.LaunchAccepted);
        }

        return all;
    }

    private static void AcceptAll(Scheduler scheduler, Round round, List<(int Index, long Bytes)> memory)
    {
        for (; round.Effects.OfType<StartEffect>().Any(); round = scheduler.Decide(Start))
        {
            foreach (var start in round.Effects.OfType<StartEffect>())
            {
                memory.Add((start.Attempt.Index, start.MemoryBytes));
                scheduler.LaunchAccepted(start.Attempt);
            }
        }
    }

    private static void Commit(Scheduler scheduler, AttemptRef attempt) => scheduler.Committed(attempt, attempt.Attempt);

    // Until nothing more is launched; the last round.
    private static Round CommitAll(Scheduler scheduler, Round round)
    {
        for (; round.Effects.OfType<StartEffect>().Any(); round = scheduler.Decide(Start))
        {
            foreach (var attempt in Starts(round))
            {
                scheduler.LaunchAccepted(attempt);
                Commit(scheduler, attempt);
            }
        }

        return round;
    }

    private sealed class Tags : IDefinitions
    {
        public int Salt { get; init; }

        public ulong TagOf(int task, int index, ReadOnlySpan<int> sealGenerations, InstanceSlice? slice)
        {
            var tag = (ulong)((task * 1000) + index + 1 + Salt + (100 * (slice?.Sources?.To ?? 0)));
            foreach (var generation in sealGenerations)
            {
                tag = (tag * 1_000_003) + (ulong)generation;
            }

            return tag;
        }
    }
}
