using Executor.Accounting;
using Executor.Accounting.Advice;
using Executor.Cli;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Reporting;
using Executor.Outcomes;
using Executor.Planning;
using Executor.Tests.Scheduling;
using Xunit;

namespace Executor.Tests.Accounting.Advice;

public sealed class SizeAdviceTests
{
    private const long Mebibyte = 1 << 20;
    private const long Gibibyte = 1 << 30;

    // An hour of a GiB, or of a core, costs a dollar.
    private static readonly ResourcePrices Dollar = new() { CoreHour = 1, GibibyteHour = 1 };

    [Fact]
    public void Memory_is_cut_to_the_largest_need_with_room_and_the_saving_is_what_was_held_beyond()
    {
        var advice = Advise([Task("map", 4 * Gibibyte)], Enumerable.Range(0, 10).Select(i => Ended("map", 4 * Gibibyte, peak: (100 + (i * 50)) * Mebibyte)));

        var change = Assert.Single(advice.Changes(), change => change.Resource == SizedResource.Memory);
        Assert.Equal((4 * Gibibyte, 605 * Mebibyte, "memory", "605Mi", 10), (change.From, change.To, change.Field, change.Value, change.Attempts));
        Assert.Equal(10 * (4 - (605 / 1024.0)), change.SavedHours, 6);
        Assert.Equal(change.SavedHours, change.Dollars, 6);
        Assert.Equal("memory of map from 4 GiB to 605 MiB would have saved 34.091797 GiB·h, $34.091797", AdviceText.Of(change));
    }

    [Fact]
    public void Few_attempts_get_more_room()
    {
        var advice = Advise([Task("map", 4 * Gibibyte)], [Ended("map", 4 * Gibibyte, peak: 500 * Mebibyte)]);

        Assert.Equal(600 * Mebibyte, Assert.Single(advice.Changes(), change => change.Resource == SizedResource.Memory).To);
    }

    [Fact]
    public void More_memory_is_advised_where_running_out_of_it_has_cost_more()
    {
        var advice = Advise(
            [Task("map", Gibibyte)],
            Enumerable.Range(0, 6).SelectMany(i => new[]
            {
                Ended("map", Gibibyte, peak: Gibibyte, cause: AttemptCause.OutOfMemory, index: i),
                Ended("map", 2 * Gibibyte, peak: 1200 * Mebibyte, index: i, attempt: 2),
            }));

        var change = Assert.Single(advice.Changes(), change => change.Resource == SizedResource.Memory);
        Assert.Equal((Gibibyte, 1320 * Mebibyte), (change.From, change.To));
        Assert.Equal(6 * (1 + 2 - (1320 / 1024.0)), change.SavedHours, 6);
        Assert.Equal(change.SavedHours + 6, change.Dollars, 6);
        Assert.EndsWith("; attempts ran out of memory", AdviceText.Of(change), StringComparison.Ordinal);
    }

    [Fact]
    public void Processors_are_cut_to_what_nearly_all_attempts_used()
    {
        var advice = Advise([Task("map", 128 * Mebibyte)], Enumerable.Range(0, 20).Select(i => Ended("map", 128 * Mebibyte, peak: 120 * Mebibyte, cores: i == 19 ? 0.9 : 0.31)));

        var change = Assert.Single(advice.Changes());
        Assert.Equal((SizedResource.Cpu, 1000, 350, "350m"), (change.Resource, change.From, change.To, change.Value));
        Assert.Equal((19 * 0.65) + 0.1, change.SavedHours, 5);
        Assert.StartsWith("cpu of map from 1000m to 350m would have saved 12.45", AdviceText.Of(change), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_held_back_by_its_limit_is_not_cut_to_it()
    {
        var held = Ended("map", 128 * Mebibyte, peak: 120 * Mebibyte, cores: 0.5, throttledSeconds: 3600 * 0.6);

        Assert.DoesNotContain(Advise([Task("map", 128 * Mebibyte)], [held]).Changes(), change => change.Resource == SizedResource.Cpu);
    }

    [Fact]
    public void The_three_that_save_most_are_told_the_greatest_first()
    {
        var tasks = Enumerable.Range(1, 5).Select(i => Task($"t{i}", i * Gibibyte)).ToArray();
        var advice = Advise(tasks, tasks.Select(task => Ended(task.Name, task.Resources.MemoryBytes, peak: 100 * Mebibyte)));

        Assert.Equal(["t5", "t4", "t3"], advice.Changes().Select(change => change.Class));
    }

    [Fact]
    public void What_saves_next_to_nothing_is_not_told()
    {
        Assert.Empty(Advise([Task("map", Gibibyte)], [Ended("map", Gibibyte, peak: 850 * Mebibyte)]).Changes());
        Assert.Empty(Advise([Task("map", Gibibyte)], []).Changes());
        Assert.Empty(Advise([Task("map", Gibibyte)], [Ended("map", Gibibyte, peak: null)]).Changes());
    }

    [Fact]
    public void Tasks_that_are_sized_by_what_they_use_are_left_alone()
    {
        var sized = Task("map", 4 * Gibibyte) with { Sizing = new PlannedSizing(SizingMode.Apply, "w/map") };
        var told = sized with { Sizing = new PlannedSizing(SizingMode.Recommend, "w/map") };
        var rows = new[] { Ended("map", 4 * Gibibyte, peak: 500 * Mebibyte) };

        Assert.DoesNotContain(Advise([sized], rows).Changes(), change => change.Resource == SizedResource.Memory);
        Assert.Contains(Advise([told], rows).Changes(), change => change.Resource == SizedResource.Memory);
    }

    [Fact]
    public void A_peak_of_the_largest_single_process_has_the_runner_added_and_is_marked()
    {
        var row = Ended("map", 4 * Gibibyte, peak: 500 * Mebibyte, source: MeasureSource.ResourceUsage);
        var change = Assert.Single(Advise([Task("map", 4 * Gibibyte)], [row]).Changes(), change => change.Resource == SizedResource.Memory);

        Assert.Equal((677 * Mebibyte, true), (change.To, change.IsLowerBound));
    }

    [Fact]
    public void The_tasks_of_a_class_are_changed_together_and_a_patch_has_each_task_once()
    {
        PlannedTask[] tasks = [Task("on", 4 * Gibibyte) with { Class = "big" }, Task("b", 2 * Gibibyte) with { Class = "big" }, Task("c", 128 * Mebibyte)];
        var advice = Advise(
            tasks,
            [
                Ended("on", 4 * Gibibyte, peak: 400 * Mebibyte, cores: 0.1), Ended("b", 2 * Gibibyte, peak: 500 * Mebibyte, cores: 0.1),
                Ended("c", 128 * Mebibyte, peak: 128 * Mebibyte, cores: 1),
            ]);

        Assert.StartsWith("memory of class big (2 tasks) from 4 GiB to 600 MiB", AdviceText.Of(advice.Changes()[0]), StringComparison.Ordinal);
        Assert.Equal(
            """
            spec:
              tasks:
              - name: on
                resources:
                  memory: 600Mi
                  cpu: 100m
              - name: b
                resources:
                  memory: 600Mi
                  cpu: 100m

            """.ReplaceLineEndings("\n"),
            WorkflowPatch.Yaml(advice.Changes()));
    }

    [Fact]
    public void A_patch_of_nothing_is_a_document_all_the_same() => Assert.Equal("spec:\n  tasks: []\n", WorkflowPatch.Yaml([]));

    private static SizeAdvice Advise(IReadOnlyList<PlannedTask> tasks, IEnumerable<AccountingRow> rows)
    {
        var advice = new SizeAdvice(Plans.Of([.. tasks]), Dollar);
        foreach (var row in rows)
        {
            advice.Add(row);
        }

        return advice;
    }

    private static PlannedTask Task(string name, long memory) => Plans.Task(name, 1) with { Resources = new ResourceLimits(1000, memory) };

    // An hour each.
    private static AccountingRow Ended(
        string task, long given, long? peak, AttemptCause cause = AttemptCause.Succeeded, double cores = 1, double? throttledSeconds = null,
        MeasureSource source = MeasureSource.CgroupV2, int index = 0, int attempt = 1)
    {
        var usage = peak is null ? null : SampleRows.Usage with
        {
            Ended = SampleRows.Start.AddHours(1),
            CpuSeconds = cores * 3600,
            ThrottledSeconds = throttledSeconds,
            PeakMemoryBytes = peak.Value,
            Source = source,
        };
        return new AccountingRow(
            SampleRows.Attempt(cause, usage, task, index, attempt) with { Resources = new ResourceLimits(1000, given), Ended = SampleRows.Start.AddHours(1) }, task, Dollar);
    }
}
