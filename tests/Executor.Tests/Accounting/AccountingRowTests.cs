using Executor.Accounting;
using Executor.Contracts.Reporting;
using Executor.Launching;
using Executor.Outcomes;
using Xunit;

namespace Executor.Tests.Accounting;

public sealed class AccountingRowTests
{
    private static readonly ResourcePrices HundredDollars = new() { CoreHour = 3600, GibibyteHour = 0 };

    [Fact]
    public void Efficiencies_are_those_of_seff()
    {
        var row = SampleRows.Row(SampleRows.Attempt(usage: SampleRows.Usage));

        Assert.Equal((10, ElapsedSource.Runner), (row.ElapsedSeconds, row.ElapsedSource));
        Assert.Equal((20, 5, 0.25), (row.CpuRequestedSeconds, row.CpuSeconds, row.CpuEfficiency));
        Assert.Equal((1_000_000_000, 0.25), (row.PeakMemoryBytes, row.MemoryEfficiency));
        Assert.Equal((40, 10, 30, 0), (row.MemoryRequestedGigabyteSeconds, row.MemoryUsedGigabyteSeconds, row.MemoryWastedGigabyteSeconds, row.OutOfMemoryLostGigabyteSeconds));
    }

    [Fact]
    public void The_time_before_the_runner_is_told_apart_by_what_the_cluster_says()
    {
        var row = SampleRows.Row(SampleRows.Attempt(usage: SampleRows.Usage) with { Placement = SampleRows.Placement });

        Assert.Equal((2, 3, 4, 5, 1), (row.QueueSeconds, row.ScheduleSeconds, row.InitSeconds, row.PullSeconds, row.StartSeconds));
        Assert.Equal((1, 8, 0.5), (row.FetchSeconds, row.RunSeconds, row.WriteSeconds));
        Assert.Equal(("node1", 10), (row.Node, row.ElapsedSeconds));
    }

    [Fact]
    public void Without_a_pod_all_before_the_runner_is_its_start()
    {
        var row = SampleRows.Row(SampleRows.Attempt(usage: SampleRows.Usage));

        Assert.Equal((null, null, 15), (row.QueueSeconds, row.PullSeconds, row.StartSeconds));
    }

    [Fact]
    public void Clocks_that_disagree_make_no_negative_times()
    {
        var late = SampleRows.Placement with { Started = SampleRows.Start.AddSeconds(1) };
        Assert.Equal(0, SampleRows.Row(SampleRows.Attempt(usage: SampleRows.Usage) with { Placement = late }).StartSeconds);
    }

    [Fact]
    public void What_ran_out_of_memory_is_lost_and_its_measures_are_censored()
    {
        var usage = SampleRows.Usage with { Source = MeasureSource.Heartbeat, PeakMemoryBytes = 3_900_000_000 };
        var row = SampleRows.Row(SampleRows.Attempt(AttemptCause.OutOfMemory, usage));

        Assert.Equal((true, MeasureEnd.Censored, MeasureSource.Heartbeat), (row.OutOfMemory, row.MeasureEnd, row.MeasureSource));
        Assert.Equal((40, 40), (row.MemoryWastedGigabyteSeconds, row.OutOfMemoryLostGigabyteSeconds));
        Assert.Equal(row.Cost, row.WastedCost);
    }

    [Fact]
    public void A_runner_that_did_not_live_to_report_is_known_by_its_heartbeat()
    {
        var row = SampleRows.Row(SampleRows.Attempt(AttemptCause.NodeLost, SampleRows.Usage with { Source = MeasureSource.Heartbeat }));

        Assert.Equal(MeasureEnd.Heartbeat, row.MeasureEnd);
        Assert.Equal((40, 0), (row.MemoryWastedGigabyteSeconds, row.OutOfMemoryLostGigabyteSeconds));
    }

    [Fact]
    public void Cost_is_by_the_greater_of_given_and_used()
    {
        var idle = SampleRows.Row(SampleRows.Attempt(usage: SampleRows.Usage), HundredDollars);
        var greedy = SampleRows.Row(SampleRows.Attempt(usage: SampleRows.Usage with { CpuSeconds = 30 }), HundredDollars);
        var memory = SampleRows.Row(
            SampleRows.Attempt(usage: SampleRows.Usage with { PeakMemoryBytes = 8L << 30 }), new ResourcePrices { CoreHour = 0, GibibyteHour = 360 });

        Assert.Equal((20, 15), (idle.Cost!.Value, idle.WastedCost!.Value));
        Assert.Equal((30, 0), (greedy.Cost!.Value, greedy.WastedCost!.Value));
        Assert.Equal((8, 0), (memory.Cost!.Value, memory.WastedCost!.Value));
    }

    [Fact]
    public void Without_a_report_the_kubelet_tells_how_long_it_took()
    {
        var row = SampleRows.Row(SampleRows.Attempt(AttemptCause.OutOfMemory) with { Placement = SampleRows.Placement }, HundredDollars);

        Assert.Equal((12, ElapsedSource.Kubelet), (row.ElapsedSeconds, row.ElapsedSource));
        Assert.Equal((48, 24, MeasureEnd.Censored), (row.OutOfMemoryLostGigabyteSeconds, row.WastedCost, row.MeasureEnd));
        Assert.Equal((null, null, null), (row.PeakMemoryBytes, row.MemoryEfficiency, row.CpuEfficiency));
    }

    [Fact]
    public void Without_report_and_pod_the_driver_tells()
    {
        var row = SampleRows.Row(SampleRows.Attempt(AttemptCause.Lost));
        Assert.Equal((35, ElapsedSource.Driver), (row.ElapsedSeconds, row.ElapsedSource));
    }

    [Theory]
    [InlineData(nameof(AttemptCause.Unschedulable))]
    [InlineData(nameof(AttemptCause.ImagePull))]
    public void What_never_ran_costs_nothing(string named)
    {
        var cause = Enum.Parse<AttemptCause>(named);
        var waiting = new AttemptPlacement { PodUid = "pod-1", Created = SampleRows.Start };
        foreach (var row in (AccountingRow[])[SampleRows.Row(SampleRows.Attempt(cause)), SampleRows.Row(SampleRows.Attempt(cause) with { Placement = waiting })])
        {
            Assert.Equal((null, null, null), (row.ElapsedSeconds, row.Cost, row.MemoryWastedGigabyteSeconds));
        }
    }

    [Fact]
    public void A_success_without_measures_wastes_what_nobody_knows()
    {
        var row = SampleRows.Row(SampleRows.Attempt());
        Assert.NotNull(row.Cost);
        Assert.Equal((null, null), (row.WastedCost, row.MemoryWastedGigabyteSeconds));
    }
}
