using System.Buffers;

namespace Executor.Shuffle.Engine.Objects.OnDisk;

/// <summary>Files and folders that survive a power cut once a call returned.</summary>
internal static class DurableFile
{
    /// <summary>Writes a new file and flushes its content; its name is durable once its folder is flushed.</summary>
    internal static void Write(string path, in ReadOnlySequence<byte> content)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var pieces = new List<ReadOnlyMemory<byte>>();
        foreach (var piece in content)
        {
            pieces.Add(piece);
        }

        RandomAccess.Write(file, pieces, 0);
        RandomAccess.FlushToDisk(file);
    }

    internal static void FlushDirectoryIfThere(string folder)
    {
        if (Directory.Exists(folder))
        {
            Posix.FlushDirectory(folder);
        }
    }

    internal static void MakeDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        var parent = Path.GetDirectoryName(path)!;
        MakeDirectory(parent);
        Directory.CreateDirectory(path);
        Posix.FlushDirectory(parent);
    }
}
