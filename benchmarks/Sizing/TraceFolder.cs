using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Running;
using Executor.Sizing.Replaying;

namespace Executor.Benchmarks.Sizing;

/// <summary>The folder of the traces that are replayed: a workflow is a file <c>trace_NAME.csv</c>.</summary>
internal static class TraceFolder
{
    /// <summary>The option that names it.</summary>
    internal static readonly (string Option, string Meaning) Option = ("traces", "the folder of the traces, trace_*.csv; by default that of EXECUTOR_TRACES");

    /// <summary>The folder that the option or the environment names; null if neither does.</summary>
    internal static string? Named(Options options) => options.Text(Option.Option) ?? Environment.GetEnvironmentVariable("EXECUTOR_TRACES");

    /// <summary>Reads the workflows of a folder, by their names.</summary>
    /// <exception cref="PartMissingException">There is no such folder.</exception>
    internal static List<(string Name, WorkflowTrace Trace)> Read(string? folder)
    {
        if (folder is null || !Directory.Exists(folder))
        {
            throw new PartMissingException("--traces or EXECUTOR_TRACES has to name the folder of the traces (docs/sizing.md)");
        }

        var traces = new List<(string, WorkflowTrace)>();
        foreach (var file in Directory.GetFiles(folder, "trace_*.csv").Order(StringComparer.Ordinal))
        {
            using var text = new StreamReader(file);
            traces.Add((Path.GetFileNameWithoutExtension(file)["trace_".Length..], TraceReader.Read(text, file)));
        }

        return traces;
    }
}
