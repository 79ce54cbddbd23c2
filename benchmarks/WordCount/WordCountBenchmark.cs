using System.Globalization;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Running;
using Executor.Benchmarks.Tasks;

namespace Executor.Benchmarks.WordCount;

/// <summary>A small real workflow of shell commands against the pipe that one would write instead.</summary>
internal sealed class WordCountBenchmark : IBenchmark
{
    private const int Instances = 4 + 4 + 1;

    public string Name => "wordcount";

    public string Summary => "examples/wordcount through 'executor run', beside find | xargs -P2 | sort | uniq -c over the same files";

    public IReadOnlyList<(string Option, string Meaning)> Options =>
    [
        ("directory", "where the text files are, /usr/share by default"),
        ("files", "the most files to read, 1000 by default"),
        ("rounds", "how often everything is measured, 5 by default"),
        ("executor", "the executor to measure; the release build of this checkout by default"),
    ];

    public async Task RunAsync(Options options, TextWriter report)
    {
        var directory = options.Text("directory") ?? "/usr/share";
        var files = options.Count("files", 1000).ToString(CultureInfo.InvariantCulture);
        var rounds = options.Count("rounds", 5);
        var executor = Programs.Executor(options.Text("executor"));
        options.RejectOthers();
        var workflow = Path.Combine(Programs.Repository(), "examples", "wordcount", "workflow.yaml");
        var script = Path.Combine(AppContext.BaseDirectory, "WordCount", "wordcount.sh");
        Contender[] contenders =
        [
            new("executor run", async () =>
            {
                using var state = new ScratchFolder();
                return await Command.RunAsync(
                    executor, "run", workflow, "--state", state.Path, "--parallel", "2", "--parameter", $"directory={directory}", "--parameter", $"files={files}");
            }),
            new("xargs, sort, uniq", () => Command.RunAsync("sh", script, directory, files)),
        ];
        await Contender.MeasureAsync(contenders, rounds);
        var top = contenders[1].Costs[^1].Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var missing = top.Where(line => !contenders[0].Costs[^1].Output.Contains(line, StringComparison.Ordinal)).ToList();
        report.WriteLine(
            $"{files} files below {directory}, {rounds} rounds, each contender once a round; median (least .. most); "
            + (missing.Count == 0 ? "both print the same words" : $"THE RESULTS DIFFER: {string.Join(", ", missing)}"));
        report.WriteLine();
        Contender.Write(contenders, report, Instances);
    }
}
