using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Running;
using Executor.Benchmarks.Shuffle;

namespace Executor.Benchmarks.Tls;

/// <summary>What TLS of the store costs: the same shuffle and the same tasks with it and without.</summary>
internal sealed class TlsBenchmark : IBenchmark
{
    private const int Seed = 20261126;

    public string Name => "tls";

    public string Summary => "an all-to-all shuffle and tasks of 'true' over a store that speaks TLS, beside the same without";

    public IReadOnlyList<(string Option, string Meaning)> Options =>
    [
        ("mib", "data in MiB, 512 by default"),
        ("tasks", "instances, 100 by default"),
        ("rounds", "how often everything is measured, 5 by default"),
        ("executor", "the executor to measure; the release build of this checkout by default"),
    ];

    public async Task RunAsync(Options options, TextWriter report)
    {
        var mebibytes = options.Count("mib", 512);
        var tasks = options.Count("tasks", 100);
        var rounds = options.Count("rounds", 5);
        var executor = Programs.Executor(options.Text("executor"));
        options.RejectOthers();
        var blocks = new Blocks(Seed);
        var (plain, tls) = (new List<Figures>(), new List<Figures>());
        for (var round = 0; round < rounds; round++)
        {
            plain.Add(await MeasureAsync(blocks, mebibytes, tasks, executor, tls: false));
            tls.Add(await MeasureAsync(blocks, mebibytes, tasks, executor, tls: true));
        }

        report.WriteLine($"{mebibytes} MiB and {tasks} tasks of 'true', two at a time, {rounds} rounds; median (least .. most)");
        report.WriteLine();
        var table = new MarkdownTable("", "in GB/s", "out GB/s", "CPU of the store s", "wall s of the tasks", "CPU ms per task");
        Add("without TLS", figure => Spread.Of(plain.Select(figure)));
        Add("with TLS", figure => Spread.Of(tls.Select(figure)));
        Add("with / without", figure => Spread.Ratio(tls.Select(figure), plain.Select(figure)));
        table.WriteTo(report);

        void Add(string name, Func<Func<Figures, double>, Spread> spread) => table.Add(
            name,
            spread(figures => figures.In).ToString("0.00"),
            spread(figures => figures.Out).ToString("0.00"),
            spread(figures => figures.StoreSeconds).ToString("0.00"),
            spread(figures => figures.TaskSeconds).ToString("0.00"),
            spread(figures => figures.MillisecondsPerTask).ToString("0.0"));
    }

    private static async Task<Figures> MeasureAsync(Blocks blocks, int mebibytes, int tasks, string executor, bool tls)
    {
        using var scratch = new ScratchFolder();
        BackedMemory.Prepare(scratch.Path, (mebibytes + 1024L) << 20);
        var key = Path.Combine(scratch.Path, "store.key");
        await using var store = await StoreProcess.StartAsync(Path.Combine(scratch.Path, "objects"), key, tls);
        var shuffle = await StoreShuffle.MeasureAsync(store, blocks, mebibytes);
        var cost = await RunTasksAsync(executor, scratch, store, key, tasks);
        return new Figures(
            shuffle.Bytes / shuffle.SecondsIn / 1e9, shuffle.Bytes / shuffle.SecondsOut / 1e9, shuffle.StoreCpuSeconds, cost.WallSeconds, cost.CpuSeconds * 1000 / tasks);
    }

    private static async Task<CommandCost> RunTasksAsync(string executor, ScratchFolder scratch, StoreProcess store, string key, int tasks)
    {
        var workflow = Path.Combine(scratch.Path, "tasks.yaml");
        await File.WriteAllTextAsync(
            workflow,
            $$"""
            apiVersion: executor.dev/v1alpha1
            kind: Workflow
            metadata: {name: benchmark}
            spec: {tasks: [{name: nothing, fanOut: {count: {{tasks}}}, command: ["true"]}]}
            """);
        if (store.Authority is { } authority)
        {
            // Beside the key, where the executor looks for it.
            await File.WriteAllTextAsync(Path.Combine(scratch.Path, "ca.crt"), authority);
        }

        return await Command.RunAsync(
            executor, "run", workflow, "--state", Path.Combine(scratch.Path, "state"), "--parallel", "2",
            "--store", store.Address.GetLeftPart(UriPartial.Authority), "--store-key-file", key);
    }

    private sealed record Figures(double In, double Out, double StoreSeconds, double TaskSeconds, double MillisecondsPerTask);
}
