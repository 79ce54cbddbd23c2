namespace Executor.Bundling;

/// <summary>One thing in a folder of code.</summary>
/// <param name="Path">Its path below the folder, names joined by '/'.</param>
/// <param name="Kind">What it is.</param>
internal sealed record CodeEntry(string Path, CodeEntryKind Kind)
{
    /// <summary>A file's size in bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>The SHA-256 of a file's content in lower-case hex.</summary>
    public string? Sha256 { get; init; }

    /// <summary>What a link points to.</summary>
    public string? Target { get; init; }
}

/// <summary>What may stand in a folder of code. Of a file's mode it counts whether it is executable, and nothing else.</summary>
internal enum CodeEntryKind
{
    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A file that nobody may execute.</summary>
    File,

    /// <summary>A file that somebody may execute.</summary>
    ExecutableFile,

    /// <summary>A symbolic link.</summary>
    Link,
}
