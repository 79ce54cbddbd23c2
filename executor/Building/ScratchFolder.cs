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

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
