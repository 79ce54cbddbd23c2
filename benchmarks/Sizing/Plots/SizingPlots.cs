using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Running;
using Executor.Sizing.Replaying;

namespace Executor.Benchmarks.Sizing.Plots;

/// <summary>The drawings of docs/sizing.md, made from traces. The same traces make the same files, byte for byte.</summary>
internal sealed class SizingPlots : IBenchmark
{
    // A class of docs/sizing.md's traces whose memory follows its input over three orders of magnitude.
    private const string ExampleWorkflow = "methylseq";
    private const string ExampleClass = "NFCORE_METHYLSEQ:METHYLSEQ:BISMARK:BISMARK_DEDUPLICATE";

    public string Name => "sizing-plots";

    public string Summary => "draws what replayed traces come to, as the SVG files of docs/plots";

    public IReadOnlyList<(string Option, string Meaning)> Options =>
    [
        TraceFolder.Option,
        ("held-out", "a folder of traces that are drawn apart, since the model was made without them; none by default"),
        ("output", "the folder that the files go to; docs/plots by default"),
        ("rounds", "not used: a replay comes out the same each time"),
    ];

    public async Task RunAsync(Options options, TextWriter report)
    {
        var folder = TraceFolder.Named(options);
        var heldOut = options.Text("held-out");
        var output = options.Text("output") ?? Path.Combine("docs", "plots");
        options.Count("rounds", 1);
        options.RejectOthers();
        var known = TraceFolder.Read(folder);
        if (heldOut is not null && !Directory.Exists(heldOut))
        {
            throw new PartMissingException($"--held-out: there is no folder {heldOut}");
        }

        Directory.CreateDirectory(output);
        var wastage = Path.Combine(output, "sizing-wastage.svg");
        await WriteAsync(wastage, text => WastagePlot.Write(
            text, [.. known.Select(Replayed)], heldOut is null ? [] : [.. TraceFolder.Read(heldOut).Select(Replayed)]));
        await report.WriteLineAsync(wastage);
        if (known.FirstOrDefault(workflow => workflow.Name == ExampleWorkflow).Trace is { } trace)
        {
            var example = Path.Combine(output, "sizing-class.svg");
            await WriteAsync(example, text => ClassPlot.Write(text, ExampleWorkflow, ExampleClass, trace.Tasks));
            await report.WriteLineAsync(example);
        }
    }

    private static ReplayedWorkflow Replayed((string Name, WorkflowTrace Trace) workflow)
    {
        var blind = ReplayRow.Of(workflow.Name, workflow.Trace.Tasks, readsInput: false);
        return new ReplayedWorkflow(blind, TraceReplay.Run(workflow.Trace.Tasks, () => new ModelContender(readsInput: true)));
    }

    private static async Task WriteAsync(string path, Action<TextWriter> write)
    {
        using var text = new StringWriter { NewLine = "\n" };
        write(text);
        await File.WriteAllTextAsync(path, text.ToString());
    }
}

/// <summary>What all ways of sizing make of a workflow.</summary>
/// <param name="Row">All of them without input sizes, Ponder apart.</param>
/// <param name="WithInput">This product's with <c>rchar</c> as the input's size.</param>
internal sealed record ReplayedWorkflow(ReplayRow Row, ReplayResult WithInput);
