using Executor.Planning;

namespace Executor.Building;

/// <summary>
/// Turns what a workflow names as a .NET task into an assembly. Builds go into a cache under <c>STATE/dotnet</c>, to paths that contain
/// the hash of what they were made from (of a single file) or of what came out (of a project), so that the same task has the same path in
/// every run, and a running task's assembly is never overwritten. Safe for use by several threads and several executors at once.
/// </summary>
/// <param name="stateDirectory">The executor's state folder; created if it is missing.</param>
/// <param name="referenceFolder">Where <see cref="SingleFileProject.References"/> lie: the executor's own folder.</param>
/// <param name="time">The clock for waiting on other builds.</param>
/// <param name="variable">Reads environment variables.</param>
internal sealed class DotnetTaskBuilder(
    string stateDirectory, string referenceFolder, TimeProvider time, Func<string, string?> variable) : IDisposable
{
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
            throw new TaskBuildException(
                task.IsInImage
                    ? $"there is no file {task.Source} on this machine, where the task is to run without its image"
                    : $"there is no file {task.Source}");
        }

        var kind = Path.GetExtension(task.Source);
        if (kind == ".dll")
        {
            return task.Source;
        }

        // A build keeps several cores busy by itself; and of tasks with one source the later ones find it built.
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

    /// <inheritdoc/>
    public void Dispose() => _oneAtATime.Dispose();

    private async Task<string> BuildFileAsync(string source, CancellationToken cancellationToken)
    {
        var content = await File.ReadAllBytesAsync(source, cancellationToken);
        var target = Path.Combine(_cache, ContentHash.OfSingleFile(source, content, referenceFolder));
        var assembly = Path.Combine(target, $"{SingleFileProject.AssemblyName(source)}.dll");
        if (File.Exists(assembly))
        {
            return assembly;
        }

        var dotnet = DotnetCommand.Locate(source, variable);
        using var scratch = ScratchFolder.Create(_cache);
        var build = new DotnetBuild
        {
            Source = source,
            Project = SingleFileProject.Write(scratch.Path, source, content, referenceFolder),
            Artifacts = Path.Combine(scratch.Path, "artifacts"),
            ReferenceFolder = referenceFolder,
            HomeFallback = _cache,
            RenameFile = file => Path.GetDirectoryName(file) == scratch.Path ? source : file,
        };
        var built = await build.RunAsync(dotnet, cancellationToken);
        Publish(Path.GetDirectoryName(built)!, target);
        return assembly;
    }

    private async Task<string> BuildProjectAsync(string project, CancellationToken cancellationToken)
    {
        // What a project consists of only MSBuild knows, so it is asked every time; its incremental build makes that quick.
        var dotnet = DotnetCommand.Locate(project, variable);
        var workspace = Path.Combine(_cache, $"project-{ContentHash.OfText(project)}");
        Directory.CreateDirectory(workspace);
        using var held = await FolderLock.TakeAsync(Path.Combine(workspace, "lock"), time, cancellationToken);
        var build = new DotnetBuild
        {
            Source = project,
            Project = project,
            Artifacts = Path.Combine(workspace, "artifacts"),
            ReferenceFolder = referenceFolder,
            HomeFallback = _cache,
        };
        var built = await build.RunAsync(dotnet, cancellationToken);
        var folder = Path.GetDirectoryName(built)!;
        var target = Path.Combine(_cache, ContentHash.OfFolder(folder));
        if (!Directory.Exists(target))
        {
            using var scratch = ScratchFolder.Create(_cache);
            Publish(scratch.Copy(folder), target);
        }

        return Path.Combine(target, Path.GetFileName(built));
    }

    /// <summary>Puts a finished folder in its place at once. Where another build was quicker, what it left is the same and stays.</summary>
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
}
