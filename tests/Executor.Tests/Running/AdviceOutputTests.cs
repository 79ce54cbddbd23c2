using System.Text.Json;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Outcomes;
using Executor.Planning;
using Executor.Running;
using Executor.TestKit;
using Executor.Tests.Planning;
using Xunit;

namespace Executor.Tests.Running;

/// <summary>What a run says at its end of what its tasks should have asked for, at the default prices.</summary>
public sealed class AdviceOutputTests
{
    private const long Gibibyte = 1L << 30;
    private static readonly DateTimeOffset Start = new(2026, 11, 26, 0, 0, 0, TimeSpan.Zero);
    private readonly RunPlan _plan = TestPlans.PlanTasks(
        """
            - {name: map, command: [x], resources: {cpu: 1, memory: 64Gi}}
            - {name: sort, command: [x], resources: {cpu: 4, memory: 1Gi}}
        """);

    [Fact]
    public void Changes_that_save_much_are_told_in_one_line_before_the_verdict()
    {
        // An hour of map: 64 GiB where 8 are used; of sort: 4 cores where one is.
        var lines = Text(Ended("map", 3600, 8 * Gibibyte, cores: 1), Ended("sort", 3600, Gibibyte * 5 / 6, cores: 1));

        Assert.EndsWith("  run nightly succeeded in 3.00s", lines[^1], StringComparison.Ordinal);
        Assert.EndsWith(
            "  advice: memory of map from 64 GiB to 9.6 GiB and cpu of sort from 4000m to 1000m would have saved $0.33 of $0.43; "
            + "`executor sizing patch nightly` prints these as YAML",
            lines[^2],
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_short_run_could_have_saved_is_for_those_who_ask() =>
        Assert.DoesNotContain(Text(Ended("map", 60, 8 * Gibibyte, cores: 1)), line => line.Contains("advice", StringComparison.Ordinal));

    [Fact]
    public void What_is_nearly_right_is_left_alone() =>
        Assert.DoesNotContain(Text(Ended("map", 360_000, 51 * Gibibyte, cores: 1)), line => line.Contains("advice", StringComparison.Ordinal));

    [Fact]
    public void Programs_get_all_of_it()
    {
        var written = new StringWriter();
        new JsonRunOutput(written).Finished("nightly", Result(), Sums(Ended("map", 60, 8 * Gibibyte, cores: 1)), TimeSpan.FromSeconds(3), 0);

        var advice = Assert.Single(JsonDocument.Parse(written.ToString()).RootElement.GetProperty("advice").EnumerateArray());
        Assert.Equal(("map", "memory", 64 * Gibibyte), (advice.GetProperty("class").GetString(), advice.GetProperty("resource").GetString(), advice.GetProperty("from").GetInt64()));
    }

    private string[] Text(params AttemptRow[] attempts)
    {
        var log = new StringWriter { NewLine = "\n" };
        new TextRunOutput(TextWriter.Null, log, new ManualTime()).Finished("nightly", Result(), Sums(attempts), TimeSpan.FromSeconds(3), 0);
        return log.ToString().TrimEnd('\n').Split('\n');
    }

    private AttemptSums Sums(params AttemptRow[] attempts)
    {
        var sums = new AttemptSums(_plan);
        foreach (var attempt in attempts)
        {
            sums.Add(attempt);
        }

        return sums;
    }

    private AttemptRow Ended(string task, double seconds, long peak, double cores) => new(
        new AttemptId("nightly", task, 0, 0, 1),
        OutcomeClassifier.Committed,
        new AttemptUsage
        {
            Started = Start,
            Ended = Start.AddSeconds(seconds),
            RunSeconds = seconds,
            CpuSeconds = cores * seconds,
            PeakMemoryBytes = peak,
            Source = MeasureSource.CgroupV2,
        })
    {
        Resources = _plan.Tasks.Single(planned => planned.Name == task).Resources,
    };

    private static RunResult Result() => new(RunEnd.Succeeded, null, [], 0, new RunProgress(Start, []), []);
}
