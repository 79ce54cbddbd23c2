namespace Executor.Building;

/// <summary>One run of <c>dotnet build</c>.</summary>
internal sealed record DotnetBuild
{
    private const int OutputLinesShown = 20;

    /// <summary>What the workflow names; errors speak of it.</summary>
    public required string Source { get; init; }

    /// <summary>The project file that is built.</summary>
    public required string Project { get; init; }

    /// <summary>Where all that the build writes goes, projects that it refers to included; nothing is written beside the sources.</summary>
    public required string Artifacts { get; init; }

    /// <summary>Where the SDK's assemblies lie; the project sees it as the property <c>ExecutorSdkPath</c>.</summary>
    public required string ReferenceFolder { get; init; }

    /// <summary>A folder for the command's own settings, where there is no home folder.</summary>
    public required string HomeFallback { get; init; }

    /// <summary>Maps a file's path in an error to the one that people know.</summary>
    public Func<string, string> RenameFile { get; init; } = file => file;

    /// <summary>Builds.</summary>
    /// <returns>The full path of the project's assembly.</returns>
    /// <exception cref="TaskBuildException">It does not build.</exception>
    public async Task<string> RunAsync(string dotnet, CancellationToken cancellationToken)
    {
        // No server process may stay behind, neither MSBuild's nor the compiler's.
        string[] arguments =
        [
            "build", Project, "-c", "Release", "--artifacts-path", Artifacts, "-t:Build", "-getProperty:TargetPath", "-v:quiet",
            "-nodeReuse:false", "-p:UseSharedCompilation=false", $"-p:ExecutorSdkPath={Path.TrimEndingDirectorySeparator(ReferenceFolder)}",
        ];
        var result = await DotnetCommand.RunAsync(dotnet, arguments, Path.GetDirectoryName(Project)!, HomeFallback, cancellationToken);
        var assembly = result.Output.Trim();
        if (result.ExitCode == 0 && File.Exists(assembly))
        {
            return assembly;
        }

        const StringSplitOptions Options = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        var printed = $"{result.Errors}\n{result.Output}".Split('\n', Options);
        var errors = CompilerError.Parse(printed, RenameFile);
        throw errors.Count > 0
            ? new TaskBuildException(Source, errors)
            : new TaskBuildException(
                $"{Source} does not build: dotnet build ended with exit code {result.ExitCode}\n"
                + string.Join("\n", printed.TakeLast(OutputLinesShown)));
    }
}
