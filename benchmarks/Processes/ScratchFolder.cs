namespace Executor.Benchmarks.Processes;

/// <summary>A folder of its own for what a benchmark writes, gone with it.</summary>
internal sealed class ScratchFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("executor-benchmarks-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
