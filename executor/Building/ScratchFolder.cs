namespace Executor.Building;

/// <summary>A folder for one build, deleted afterwards.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private ScratchFolder(string path) => Path = path;

    public string Path { get; }

    public static ScratchFolder Create(string parent)
    {
        var path = System.IO.Path.Combine(parent, $"building-{Guid.NewGuid():N}");
        Directory.CreateDirectory(path);
        return new ScratchFolder(path);
    }

    /// <summary>Copies a folder with all that is in it into this one.</summary>
    /// <returns>The copy's path.</returns>
    public string Copy(string folder)
    {
        var copy = System.IO.Path.Combine(Path, "copy");
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var target = System.IO.Path.Combine(copy, System.IO.Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
