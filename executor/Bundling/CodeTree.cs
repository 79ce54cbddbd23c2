using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Executor.Contracts.Bundles;

namespace Executor.Bundling;

/// <summary>
/// A folder of code as it is at one moment: what is in it, and a hash of that. Names and content count, and whether a file is executable; dates,
/// owners and where the folder lies do not. Left out are <c>.git</c> and <c>__pycache__</c>, which change without the code.
/// </summary>
internal sealed class CodeTree
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly string[] LeftOutNames = [".git", "__pycache__"];

    private CodeTree(string folder, IReadOnlyList<CodeEntry> entries)
    {
        Folder = folder;
        Entries = entries;
        ContentBytes = entries.Sum(static entry => entry.Bytes);
        Sha256 = HashOf(entries);
    }

    /// <summary>The folder's full path.</summary>
    public string Folder { get; }

    /// <summary>What is in it, in ordinal order of the paths, so that a folder stands before what it holds.</summary>
    public IReadOnlyList<CodeEntry> Entries { get; }

    /// <summary>The bytes of all files together.</summary>
    public long ContentBytes { get; }

    /// <summary>The hash of everything that counts, in lower-case hex.</summary>
    public string Sha256 { get; }

    /// <summary>Reads a folder.</summary>
    /// <param name="folder">Its full path.</param>
    /// <param name="leaveOut">The full path of a file that is left out, wherever it lies; null for none.</param>
    /// <exception cref="BundleException">
    /// It is larger than <see cref="BundleLimits"/> allow, or holds what no bundle may: a link that leads outside, a socket, a device.
    /// </exception>
    /// <exception cref="IOException">It is missing, or something in it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Something in it may not be read.</exception>
    public static CodeTree Read(string folder, string? leaveOut = null)
    {
        var listed = new List<CodeEntry>();
        List(folder, new DirectoryInfo(folder), "", leaveOut, listed);
        if (listed.Sum(static entry => entry.Bytes) is > BundleLimits.MaxContentBytes and var bytes)
        {
            throw new BundleException(
                $"{folder} has {bytes} bytes, expected at most {BundleLimits.MaxContentBytes} ({BundleLimits.MaxContentBytes >> 20} MiB)");
        }

        listed.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        return new CodeTree(folder, [.. listed.Select(entry => IsFile(entry) ? entry with { Sha256 = HashOf(Path.Combine(folder, entry.Path)) } : entry)]);
    }

    private static bool IsFile(CodeEntry entry) => entry.Kind is CodeEntryKind.File or CodeEntryKind.ExecutableFile;

    private static void List(string root, DirectoryInfo folder, string prefix, string? leaveOut, List<CodeEntry> entries)
    {
        foreach (var info in folder.EnumerateFileSystemInfos())
        {
            if (LeftOutNames.Contains(info.Name) || info.FullName == leaveOut)
            {
                continue;
            }

            if (entries.Count == BundleLimits.MaxEntries)
            {
                throw new BundleException($"{root} holds more than the {BundleLimits.MaxEntries} files and folders that code may have");
            }

            var entry = Describe(info, prefix + info.Name);
            entries.Add(entry);
            if (entry.Kind == CodeEntryKind.Folder)
            {
                List(root, (DirectoryInfo)info, $"{entry.Path}/", leaveOut, entries);
            }
        }
    }

    private static CodeEntry Describe(FileSystemInfo info, string path)
    {
        if (!BundlePaths.IsEntry(path))
        {
            throw new BundleException($"{info.FullName}: the path is longer than {BundleLimits.MaxPathBytes} bytes");
        }

        if (info.LinkTarget is { } target)
        {
            return BundlePaths.IsInside(path, target)
                ? new CodeEntry(path, CodeEntryKind.Link) { Target = target }
                : throw new BundleException(
                    $"{info.FullName}: the link leads to {target}, expected a relative path that stays in the folder of the code");
        }

        return info switch
        {
            DirectoryInfo => new CodeEntry(path, CodeEntryKind.Folder),
            FileInfo file when FileType.IsRegular(file) =>
                new CodeEntry(path, (file.UnixFileMode & Executable) != 0 ? CodeEntryKind.ExecutableFile : CodeEntryKind.File) { Bytes = file.Length },
            _ => throw new BundleException($"{info.FullName}: found a pipe, a socket or a device, expected files, folders and links"),
        };
    }

    private static string HashOf(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static string HashOf(IReadOnlyList<CodeEntry> entries)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in entries)
        {
            sha256.AppendData([(byte)entry.Kind]);
            Append(entry.Path);
            Append(entry.Target ?? entry.Sha256 ?? "");
        }

        return Convert.ToHexStringLower(sha256.GetHashAndReset());

        // With its length, so that no two lists of texts have the same bytes.
        void Append(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            sha256.AppendData(length);
            sha256.AppendData(bytes);
        }
    }
}
