using Executor.Contracts.Descriptors;
using Executor.Contracts.Reporting;
using Executor.Driving.Sizes;
using Executor.Outcomes;
using Executor.Planning;
using Executor.Scheduling;
using Executor.Sizing;
using Executor.Tests.Scheduling;
using Xunit;
using Observation = Executor.Sizing.History.Observation;

namespace Executor.Tests.Driving.Sizes;

/// <summary>What a class whose memory grows with its time is given, by attempts that were seen and by those that run.</summary>
public sealed class RunSizerTests
{
    private const long Asked = 1L << 30;
    private const long Mebibyte = 1L << 20;
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private readonly TaskGraph _graph = new(Plans.Of(Plans.Task("t0", 4) with
    {
        Resources = new ResourceLimits(1000, Asked),
        Sizing = new PlannedSizing(SizingMode.Apply, "test/t0"),
    }));

    [Fact]
    public void A_clock_that_jumps_on_makes_sizes_larger_up_to_what_is_asked_for_and_one_that_is_set_back_changes_nothing()
    {
        var state = new RunState(_graph);
        var sizer = Known(state);
        var before = sizer.SizeOf(new AttemptRef(0, 1, 0, 1), state, null, Now)!.Value.MemoryBytes;
        sizer.SizeOf(new AttemptRef(0, 0, 0, 1), state, null, Now);
        sizer.Launched(new AttemptRef(0, 0, 0, 1), Now);

        Assert.Equal(before, sizer.SizeOf(new AttemptRef(0, 1, 0, 1), state, null, Now.AddYears(-30))!.Value.MemoryBytes);
        Assert.Equal(Asked, sizer.SizeOf(new AttemptRef(0, 1, 0, 1), state, null, Now.AddYears(30))!.Value.MemoryBytes);
        Assert.InRange(before, 200 * Mebibyte, 500 * Mebibyte);
    }

    [Fact]
    public void A_node_that_is_smaller_than_the_need_is_all_that_is_given()
    {
        var state = new RunState(_graph);

        Assert.Equal(64 * Mebibyte, Known(state).SizeOf(new AttemptRef(0, 1, 0, 1), state, 64 * Mebibyte, Now)!.Value.MemoryBytes);
        Assert.Equal(64 * Mebibyte, new RunSizer("r", _graph).SizeOf(new AttemptRef(0, 1, 0, 1), state, 64 * Mebibyte, Now)!.Value.MemoryBytes);
    }

    [Fact]
    public void A_task_that_leaves_it_to_VPA_gets_what_that_says_within_its_bounds_and_else_what_it_asks_for()
    {
        var sizing = new PlannedSizing(SizingMode.Vpa, "test/t0") { MaxMemoryBytes = 2 * Asked, MaxCpuMillicores = 800 };
        var graph = new TaskGraph(Plans.Of(Plans.Task("t0", 4) with { Resources = new ResourceLimits(1000, Asked), Sizing = sizing }));
        var state = new RunState(graph);
        var said = new Recommender();
        var sizer = new RunSizer("r", graph, said);
        AttemptSize? Size() => sizer.SizeOf(new AttemptRef(0, 0, 0, 1), state, null, Now);

        Assert.Equal(new AttemptSize(Asked, 800), Size());
        said.Says = new ClassRecommendation(300 * Mebibyte, 150, "VPA features");
        Assert.Equal(new AttemptSize(300 * Mebibyte, 150), Size());
        said.Says = new ClassRecommendation(5 * Asked, 4000, "VPA features");
        Assert.Equal(new AttemptSize(2 * Asked, 800), Size());
        Assert.Equal(64 * Mebibyte, sizer.SizeOf(new AttemptRef(0, 0, 0, 1), state, 64 * Mebibyte, Now)!.Value.MemoryBytes);
        Assert.False(sizer.AwaitsProbe(0, state));

        sizer.Launched(new AttemptRef(0, 0, 0, 1), Now);
        Assert.Equal(
            ("vpa", 5 * Asked, "VPA features"),
            Assert.Single(sizer.Take().Decisions) is var told ? (told.Decision.Expert, told.Decision.TargetBytes, told.Decision.Reason) : default);
        Assert.Equal(new AttemptSize(Asked, 800), new RunSizer("r", graph).SizeOf(new AttemptRef(0, 0, 0, 1), state, null, Now));
    }

    private sealed class Recommender : IClassRecommender
    {
        public ClassRecommendation Says { get; set; } = new(null, null, "no VPA has the class as its target");

        public ClassRecommendation Of(string task) => task == "t0" ? Says : throw new ArgumentException(task, nameof(task));
    }

    [Theory]
    [InlineData(MeasureSource.CgroupV1, 100)]
    [InlineData(MeasureSource.ResourceUsage, 164)]
    [InlineData(MeasureSource.Heartbeat, null)]
    public void What_is_learned_of_a_peak_depends_on_how_it_was_measured(MeasureSource source, int? mebibytes)
    {
        var state = new RunState(_graph);
        var sizer = new RunSizer("r", _graph);
        sizer.Ended(
            new AttemptRef(0, 0, 0, 1),
            OutcomeClassifier.Committed,
            new AttemptUsage { Started = Now, Ended = Now, RunSeconds = 10, PeakMemoryBytes = 100 * Mebibyte, Source = source },
            state);

        Assert.Equal(mebibytes, sizer.Take().Observations.Select(seen => (int?)(seen.Seen.PeakBytes / Mebibyte)).SingleOrDefault());
    }

    [Theory]
    [InlineData(200, 160)]
    [InlineData(199, 160)]
    [InlineData(190, 190)]
    [InlineData(300, 300)]
    public void Of_an_attempt_that_filled_what_it_had_and_succeeded_only_a_part_is_taken_for_need(int peak, int learned)
    {
        var state = new RunState(_graph);
        state.Apply(new LaunchDecision(new AttemptRef(0, 0, 0, 1), 1, 200 * Mebibyte), 0);
        var sizer = new RunSizer("r", _graph);
        sizer.Ended(
            new AttemptRef(0, 0, 0, 1), OutcomeClassifier.Committed, new AttemptUsage { Started = Now, Ended = Now, RunSeconds = 10, PeakMemoryBytes = peak * Mebibyte }, state);

        Assert.Equal(learned * Mebibyte, Assert.Single(sizer.Take().Observations).Seen.PeakBytes);
    }

    [Fact]
    public void A_task_that_fills_whatever_it_is_given_is_not_given_more_and_more()
    {
        var sizer = new RunSizer("r", _graph);
        var sizes = new List<long>();
        for (var i = 1; i <= 40; i++)
        {
            var state = new RunState(_graph);
            var attempt = new AttemptRef(0, 0, 0, i);
            var size = sizer.SizeOf(attempt, state, null, Now)!.Value.MemoryBytes;
            sizes.Add(size);
            state.Apply(new LaunchDecision(attempt, 1, size), 0);
            sizer.Ended(attempt, OutcomeClassifier.Committed, new AttemptUsage { Started = Now, Ended = Now, RunSeconds = 10, PeakMemoryBytes = size }, state);
        }

        Assert.All(sizes, size => Assert.InRange(size, 1, Asked));
    }

    private RunSizer Known(RunState state)
    {
        var sizer = new RunSizer("r", _graph);
        for (var i = 1; i <= 10; i++)
        {
            Assert.Null(sizer.Recall(new ClassObservation("test/t0", new Observation(null, i * 20 * Mebibyte, i * 10))));
        }

        Assert.Equal(0, state.Task(0).Launched);
        return sizer;
    }
}
