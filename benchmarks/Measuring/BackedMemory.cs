namespace Executor.Benchmarks.Measuring;

/// <summary>
/// Many virtual machines give free memory back to their host and get it again, page by page, far slower than it can be written. Without a remedy the
/// contender that runs first pays for all. So every one of them is preceded by this: memory that was written a moment ago and is free.
/// </summary>
internal static class BackedMemory
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Has the machine back so much memory, by a file that is written, never flushed and deleted.</summary>
    /// <param name="folder">Where the file is.</param>
    /// <param name="bytes">How much.</param>
    internal static void Prepare(string folder, long bytes)
    {
        var path = Path.Combine(folder, "prepare-memory");
        var piece = new byte[PieceBytes];
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            for (long offset = 0; offset < bytes; offset += PieceBytes)
            {
                RandomAccess.Write(file, piece, offset);
            }
        }

        File.Delete(path);
    }
}
