using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Executor.Contracts.Bundles;

namespace Executor.Bundling;

/// <summary>
/// Packs a folder of code: a tar archive in GNU format (the one with long names and nothing of the writing process in it), gzip-compressed.
/// All that does not count is the same in every archive: dates, owners, and of modes everything but whether a file is executable.
/// </summary>
internal static class BundleArchive
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Writes the archive of a folder.</summary>
    /// <exception cref="BundleException">The folder has changed since it was listed.</exception>
    public static async Task WriteAsync(CodeTree tree, Stream output, CancellationToken cancellationToken)
    {
        await using var compressed = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true);
        await using var tar = new TarWriter(compressed, TarEntryFormat.Gnu, leaveOpen: true);
        foreach (var entry in tree.Entries)
        {
            if (entry.Kind is CodeEntryKind.File or CodeEntryKind.ExecutableFile)
            {
                await using var content = new ListedFileStream(tree.Folder, entry);
                await tar.WriteEntryAsync(Describe(entry, content), cancellationToken);
                content.RequireUnchanged();
            }
            else
            {
                await tar.WriteEntryAsync(Describe(entry, null), cancellationToken);
            }
        }
    }

    /// <summary>Cuts an archive into its parts.</summary>
    /// <param name="archive">The archive, at its beginning.</param>
    /// <param name="tree">What it was made of.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<BundleManifest> DescribeAsync(Stream archive, CodeTree tree, CancellationToken cancellationToken)
    {
        var parts = new List<BundlePart>();
        var buffer = new byte[BundleLimits.PartBytes];
        int count;
        while ((count = await archive.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)) > 0)
        {
            parts.Add(new BundlePart(Convert.ToHexStringLower(SHA256.HashData(buffer.AsSpan(0, count))), count));
        }

        return new BundleManifest { ContentBytes = tree.ContentBytes, Entries = tree.Entries.Count, Parts = parts };
    }

    private static GnuTarEntry Describe(CodeEntry entry, Stream? content) => entry.Kind switch
    {
        CodeEntryKind.Folder => new GnuTarEntry(TarEntryType.Directory, $"{entry.Path}/")
        {
            Mode = Readable | Executable,
            ModificationTime = DateTimeOffset.UnixEpoch,
        },
        CodeEntryKind.Link => new GnuTarEntry(TarEntryType.SymbolicLink, entry.Path)
        {
            LinkName = entry.Target!,
            Mode = Readable | Executable,
            ModificationTime = DateTimeOffset.UnixEpoch,
        },
        _ => new GnuTarEntry(TarEntryType.RegularFile, entry.Path)
        {
            Mode = entry.Kind == CodeEntryKind.ExecutableFile ? Readable | Executable : Readable,
            ModificationTime = DateTimeOffset.UnixEpoch,
            DataStream = content,
        },
    };
}
