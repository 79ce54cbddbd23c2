using System.Security.Cryptography;
using System.Text;
using Executor.Planning;

namespace Executor.Building;

/// <summary>
/// Turns what a workflow names as a .NET task into an assembly. Builds go into a cache under <c>STATE/dotnet</c>, to paths that contain the hash of what
/// they were made from (or, for projects, of what came out), so that the same task has the same path in every run and a running task's
/// assembly is never overwritten. Safe for use by several threads and several executors at once.
/// </summary>
/// <param name="stateDirectory">The executor's state folder; created if it is missing.</param>
/// <param name="referenceFolder">Where <see cref="SingleFileProject.References"/> lie: the executor's own folder.</param>
/// <param name="time">The clock for waiting on other builds.</param>
/// <param name="variable">Reads environment variables.</param>
internal sealed class DotnetTaskBuilder(
    string stateDirectory, string referenceFolder, TimeProvider time, Func<string, string?> variable) : IDisposable
{
    private const int OutputLinesShown = 20;
    private readonly string _cache = Path.Combine(Path.GetFullPath(stateDirectory), "dotnet");
    private readonly SemaphoreSlim _oneAtATime = new(1);

    /// <summary>A builder for this process.</summary>
    public DotnetTaskBuilder(string stateDirectory)
        : this(stateDirectory, AppContext.BaseDirectory, TimeProvider.System, Environment.GetEnvironmentVariable)
    {
    }

    /// <summary>The task's assembly, built if it has to be.</summary>
    /// <returns>The full path of a .dll.</returns>
    /// <exception cref="TaskBuildException">The source is missing, of an unknown kind, or does not build.</exception>
    public async Task<string> BuildAsync(PlannedDotnetTask task, CancellationToken cancellationToken)
    {
        if (!File.Exists(task.Source))
        {
            throw new TaskBuildException($"there is no file {task.Source}");
        }

        var kind = Path.GetExtension(task.Source);
        if (kind == ".dll")
        {
            return task.Source;
        }

        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            return kind switch
            {
                ".cs" => await BuildFileAsync(task.Source, cancellationToken),
                ".csproj" => await BuildProjectAsync(task.Source, cancellationToken),
                _ => throw new TaskBuildException($"{task.Source} is no .NET task: expected a .dll, a .csproj or a .cs file"),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TaskBuildException($"{task.Source} cannot be built under {_cache}: {e.Message}", e);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private async Task<string> BuildFileAsync(string source, CancellationToken cancellationToken)
    {
        var content = await File.ReadAllBytesAsync(source, cancellationToken);
        var target = Path.Combine(_cache, HashOf(source, content));
        var assembly = Path.Combine(target, $"{SingleFileProject.AssemblyName(source)}.dll");
        if (File.Exists(assembly))
        {
            return assembly;
        }

        using var scratch = ScratchFolder.Create(_cache);
        var project = SingleFileProject.Write(scratch.Path, source, content, referenceFolder);
        var built = await RunBuildAsync(source, project, scratch.Path, Path.Combine(scratch.Path, "artifacts"), file => file == Path.Combine(scratch.Path, Path.GetFileName(source)) ? source : file, cancellationToken);
        Publish(Path.GetDirectoryName(built)!, target);
        return assembly;
    }

    private async Task<string> BuildProjectAsync(string project, CancellationToken cancellationToken)
    {
        // What a project consists of only MSBuild knows, so it is asked every time; its own incremental build makes that quick. The outputs
        // stay away from the user's bin and obj folders, which an editor may be using.
        var workspace = Path.Combine(_cache, $"project-{ShortHash(Encoding.UTF8.GetBytes(project))}");
        Directory.CreateDirectory(workspace);
        using var taken = await FolderLock.TakeAsync(Path.Combine(workspace, "lock"), time, cancellationToken);
        var built = await RunBuildAsync(
            project, project, Path.GetDirectoryName(project)!, Path.Combine(workspace, "artifacts"), file => file, cancellationToken);
        var folder = Path.GetDirectoryName(built)!;
        var target = Path.Combine(_cache, HashOf(folder));
        if (!Directory.Exists(target))
        {
            using var scratch = ScratchFolder.Create(_cache);
            var copy = Path.Combine(scratch.Path, "out");
            CopyFolder(folder, copy);
            Publish(copy, target);
        }

        return Path.Combine(target, Path.GetFileName(built));
    }

    private async Task<string> RunBuildAsync(
        string source, string project, string workingDirectory, string artifacts, Func<string, string> renameFile, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "build", project, "-c", "Release", "--artifacts-path", artifacts, "-t:Build", "-getProperty:TargetPath", "-v:quiet",
            "-nodeReuse:false", "-p:UseSharedCompilation=false", $"-p:ExecutorSdkPath={Path.TrimEndingDirectorySeparator(referenceFolder)}",
        ];
        var dotnet = DotnetCommand.Locate(source, variable);
        var result = await DotnetCommand.RunAsync(dotnet, arguments, workingDirectory, _cache, cancellationToken);
        var printed = $"{result.Errors}\n{result.Output}".Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var assembly = result.Output.Trim();
        if (result.ExitCode == 0 && File.Exists(assembly))
        {
            return assembly;
        }

        var errors = CompilerError.Parse(printed, renameFile);
        throw errors.Count > 0
            ? new TaskBuildException(source, errors)
            : new TaskBuildException(
                $"{source} does not build: dotnet build ended with exit code {result.ExitCode}\n{string.Join("\n", printed.TakeLast(OutputLinesShown))}");
    }

    /// <summary>Puts a finished folder in its place at once. Where another was quicker, its folder has the same content and stays.</summary>
    private static void Publish(string finished, string target)
    {
        try
        {
            Directory.Move(finished, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
        }
    }

    private string HashOf(string source, byte[] content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(SingleFileProject.Text(source, "")));
        hash.AppendData(content);
        foreach (var dll in SingleFileProject.References)
        {
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(Path.Combine(referenceFolder, dll))));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset()[..16]);
    }

    private static string HashOf(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(folder, file)));
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(file)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset()[..16]);
    }

    private static string ShortHash(ReadOnlySpan<byte> data) => Convert.ToHexStringLower(SHA256.HashData(data)[..8]);

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
