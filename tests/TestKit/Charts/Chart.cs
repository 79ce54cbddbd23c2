using Executor.TestKit.Processes;

namespace Executor.TestKit.Charts;

/// <summary>
/// Renders the chart of this repository: with <c>helm</c> where it is on the path, else with the stand-in that <c>scripts/lab install</c>
/// builds from <c>tests/TestKit/Charts/render</c>. Where there is neither, the calling test is skipped, or fails if parts are required.
/// </summary>
public static class Chart
{
    /// <summary>The name of the stand-in for <see cref="ExternalPart.Locate"/>.</summary>
    public const string Renderer = "helm-render";

    /// <summary>The chart's folder.</summary>
    public static string Folder { get; } = Repository.PathOf("charts", "executor");

    /// <summary>Renders it and returns how that ended: YAML on standard output, or the complaint on standard error.</summary>
    public static async Task<ProgramResult> RenderAsync(ChartRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var folder = new TemporaryDirectory("chart-");
        List<string> arguments = ["template", request.Release, Folder, "--namespace", request.Namespace, "--kube-version", request.KubeVersion];
        if (request.Values is { } values)
        {
            arguments.AddRange(["--values", folder.Write("values.yaml", values)]);
        }

        foreach (var set in request.Set)
        {
            arguments.AddRange(["--set", set]);
        }

        if (request.IsUpgrade)
        {
            arguments.Add("--is-upgrade");
        }

        if (request.ExistingObjects is not { } objects)
        {
            return await RunningProgram.RunAsync(new ProgramStart(FindOnPath("helm") ?? ExternalPart.Locate(Renderer), [.. arguments]), cancellationToken);
        }

        // Helm would ask a cluster for them.
        arguments.AddRange(["--objects", folder.Write("objects.yaml", objects)]);
        return await RunningProgram.RunAsync(new ProgramStart(ExternalPart.Locate(Renderer), [.. arguments]), cancellationToken);
    }

    private static string? FindOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Where(folder => folder.Length > 0)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
