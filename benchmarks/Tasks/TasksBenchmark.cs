using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Running;

namespace Executor.Benchmarks.Tasks;

/// <summary>What a task costs that does nothing: a runner, a body, a commit, the journal, against a bare process.</summary>
internal sealed class TasksBenchmark : IBenchmark
{
    public string Name => "tasks";

    public string Summary => "500 processes of 'true' through 'executor run', beside xargs -P2";

    public IReadOnlyList<(string Option, string Meaning)> Options =>
    [
        ("tasks", "instances, 500 by default"),
        ("rounds", "how often everything is measured, 5 by default"),
        ("executor", "the executor to measure; the release build of this checkout by default"),
    ];

    public async Task RunAsync(Options options, TextWriter report)
    {
        var tasks = options.Count("tasks", 500);
        var rounds = options.Count("rounds", 5);
        var executor = Programs.Executor(options.Text("executor"));
        options.RejectOthers();
        using var scratch = new ScratchFolder();
        var many = Workflow(scratch, tasks);
        var none = Workflow(scratch, 1);
        Contender[] contenders =
        [
            new("executor run, all tasks", () => ExecutorAsync(executor, many)),
            new("executor run, one task", () => ExecutorAsync(executor, none)),
            new("xargs -P2 -n1 sh -c true", () => Command.RunAsync("sh", "-c", $"seq {tasks} | xargs -P2 -n1 sh -c true")),
            new("xargs -P2 -n1 true", () => Command.RunAsync("sh", "-c", $"seq {tasks} | xargs -P2 -n1 true")),
        ];
        await Contender.MeasureAsync(contenders, rounds);
        report.WriteLine($"{tasks} tasks of 'true', two at a time, {rounds} rounds, each contender once a round; median (least .. most)");
        report.WriteLine();
        Contender.Write(contenders, report, tasks);
        var overhead = contenders[0].Costs.Zip(contenders[1].Costs, (all, one) => (all.CpuSeconds - one.CpuSeconds) * 1000 / (tasks - 1));
        report.WriteLine($"CPU per further task: {Spread.Of(overhead).ToString("0.0")} ms");
    }

    private static async Task<CommandCost> ExecutorAsync(string executor, string workflow)
    {
        using var state = new ScratchFolder();
        return await Command.RunAsync(executor, "run", workflow, "--state", state.Path, "--parallel", "2");
    }

    private static string Workflow(ScratchFolder scratch, int tasks)
    {
        var path = Path.Combine(scratch.Path, $"{tasks}.yaml");
        File.WriteAllText(
            path,
            $$"""
            apiVersion: executor.dev/v1alpha1
            kind: Workflow
            metadata: {name: benchmark}
            spec:
              tasks:
                - name: nothing
                  fanOut: {count: {{tasks}}}
                  command: ["true"]
            """);
        return path;
    }
}
