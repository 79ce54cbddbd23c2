using System.Diagnostics;
using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Running;
using Executor.Sizing;
using Executor.Sizing.History;
using Executor.Sizing.Replaying;

namespace Executor.Benchmarks.Sizing;

/// <summary>What sizing by each way wastes on traces of real workflows, and what a decision of ours takes.</summary>
internal sealed class SizingBenchmark : IBenchmark
{
    private const int Instances = 100_000;
    private const int Seed = 20261126;

    public string Name => "sizing";

    public string Summary => "traces of Nextflow replayed with the memory that executor, VPA, Ponder, Witt's percentile and the users would give";

    public IReadOnlyList<(string Option, string Meaning)> Options =>
    [
        TraceFolder.Option,
        ("rounds", "not used: a replay comes out the same each time"),
    ];

    public Task RunAsync(Options options, TextWriter report)
    {
        var folder = TraceFolder.Named(options);
        options.Count("rounds", 1);
        options.RejectOthers();
        var workflows = TraceFolder.Read(folder);
        var blind = Rows(workflows, readsInput: false);
        var seeing = Rows(workflows, readsInput: true);
        report.WriteLine("GB·h wasted / first tries that ran out of memory");
        report.WriteLine();
        var table = new MarkdownTable("workflow (tasks)", "used", "presets", "Witt-P95", "VPA", "Ponder", "executor, no input size", "executor, rchar");
        foreach (var (row, withInput) in blind.Zip(seeing))
        {
            var results = row.All.Select(sized => sized.Result).Append(withInput.Mix);
            table.Add(
            [
                $"{row.Workflow} ({row.Mix.Tasks:#,0})",
                $"{row.Mix.UsedGigabyteHours:#,0.0}",
                .. results.Select(result => $"{result.WastedGigabyteHours:#,0.0} / {100 * result.FailureRate:0.0} %"),
            ]);
        }

        table.WriteTo(report);
        report.WriteLine();
        report.WriteLine(Speed());
        return Task.CompletedTask;
    }

    private static List<ReplayRow> Rows(List<(string Name, WorkflowTrace Trace)> workflows, bool readsInput)
    {
        var rows = workflows.ConvertAll(workflow => ReplayRow.Of(workflow.Name, workflow.Trace.Tasks, readsInput));
        rows.Add(ReplayRow.Total(rows));
        return rows;
    }

    private static string Speed()
    {
        var random = new Random(Seed);
        var sizer = new ClassSizer();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Instances; i++)
        {
            var input = random.NextDouble() * 1e10;
            sizer.Decide(new SizingRequest(1L << 33) { InputBytes = input });
            sizer.Observe(new Observation(input, 1e8 + (input * (0.5 + random.NextDouble())), 1 + (random.NextDouble() * 1000)));
        }

        return $"{Instances:#,0} decisions, each followed by its outcome, in one class with inputs: {watch.Elapsed.TotalSeconds:0.0} s";
    }
}
