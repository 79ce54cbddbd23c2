using System.Globalization;
using System.Text.Json;
using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Running;

namespace Executor.Benchmarks.Scheduling;

/// <summary>Many instances that do nothing, through the real driver and journal, with failures and a crash, beside a bare loop.</summary>
internal sealed class SchedulerBenchmark : IBenchmark
{
    public string Name => "scheduler";

    public string Summary =>
        "100,000 no-op instances through the driver, 1 % of them failing, the driver killed half-way and taken over; beside a bare Parallel.ForEachAsync";

    public IReadOnlyList<(string Option, string Meaning)> Options =>
    [
        ("instances", "instances, 100000 by default"),
        ("rounds", "how often everything is measured, 5 by default"),
    ];

    public async Task RunAsync(Options options, TextWriter report)
    {
        var instances = options.Count("instances", 100_000);
        var rounds = options.Count("rounds", 5);
        options.RejectOthers();
        var one = new List<SchedulerFigures>();
        var three = new List<SchedulerFigures>();
        var loop = new List<SchedulerFigures>();
        for (var round = 0; round < rounds; round++)
        {
            loop.Add(await MeasureAsync(instances, "--peer", "yes"));
            one.Add(await MeasureAsync(instances, "--tasks", "1"));
            three.Add(await MeasureAsync(instances, "--tasks", "3"));
        }

        report.WriteLine($"{instances} instances, at most 500 at a time, {rounds} rounds; median (least .. most)");
        report.WriteLine();
        var table = new MarkdownTable("", "seconds", "instances/s", "CPU s", "peak memory MiB");
        Add(table, "one task", one, instances);
        Add(table, "three tasks in a chain, each reading all of the one before", three, instances);
        Add(table, "Parallel.ForEachAsync over Task.Yield: no journal, no commit, no retry", loop, instances);
        table.WriteTo(report);
        report.WriteLine();
        Tell(report, "one task", one);
        Tell(report, "three tasks", three);
        report.WriteLine(
            "The peak holds the store's records too, which are in memory here; the attempts started beyond the instances are the failed ones' retries and those "
            + "that were under way when the driver was killed.");
    }

    private static void Add(MarkdownTable table, string name, List<SchedulerFigures> figures, int instances) => table.Add(
        name,
        Spread.Of(figures.Select(run => run.Seconds)).ToString("0.00"),
        Spread.Of(figures.Select(run => instances / run.Seconds)).ToString("0"),
        Spread.Of(figures.Select(run => run.CpuSeconds)).ToString("0.0"),
        Spread.Of(figures.Select(run => run.PeakBytes / 1048576.0)).ToString("0"));

    private static void Tell(TextWriter report, string name, List<SchedulerFigures> runs)
    {
        var last = runs[^1];
        report.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {last.Started} attempts started, {last.Failed} failed, {runs.Sum(run => run.RunAfterCommit)} run after a commit in all rounds; "
            + $"journal {last.JournalEntries} entries, {last.JournalBytes / 1048576.0:0.0} MiB; all records {last.StoredBytes / 1048576.0:0.0} MiB; "
            + $"killed after {last.SecondsToCrash:0.00} s."));
    }

    private static async Task<SchedulerFigures> MeasureAsync(int instances, params string[] arguments)
    {
        var cost = await Command.RunAsync(
            Programs.Self, [SchedulerRole.Name, "--instances", instances.ToString(CultureInfo.InvariantCulture), .. arguments]);
        return JsonSerializer.Deserialize<SchedulerFigures>(cost.Output)!;
    }
}
