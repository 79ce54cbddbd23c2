using System.Formats.Tar;
using System.IO.Compression;
using Executor.Contracts.Bundles;
using Executor.Contracts.Reporting;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Code;

/// <summary>
/// Unpacks a bundle's archive into a folder. Nothing is written outside the folder and nothing over something else, whatever the archive says;
/// no more is written than the manifest announced.
/// </summary>
internal sealed class BundleUnpacker
{
    // What the headers of an entry may take: its own block, and before it a long name and a long link's target with their headers.
    private const long HeaderBytes = 5 * 512 + 2 * (BundleLimits.MaxPathBytes + 512);
    private const long EndBytes = 64 << 10;

    private const UnixFileMode ReadableMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode ExecutableBits = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly BundleManifest _manifest;
    private readonly string _folder;
    private readonly HashSet<string> _directories = new(StringComparer.Ordinal) { "" };
    private long _contentBytes;
    private int _entries;

    /// <param name="manifest">What the archive is to hold.</param>
    /// <param name="folder">The full path of an empty folder.</param>
    public BundleUnpacker(BundleManifest manifest, string folder)
    {
        _manifest = manifest;
        _folder = folder;
    }

    /// <summary>Unpacks everything.</summary>
    /// <exception cref="AttemptFailedException">The archive is none, leaves the folder, or holds something else than was announced.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public async Task UnpackAsync(Stream archive, CancellationToken cancellationToken)
    {
        await using var content = new GZipStream(archive, CompressionMode.Decompress, leaveOpen: true);
        await using var bounded = new BoundedStream(content, _manifest.ContentBytes + ((_manifest.Entries + 1) * HeaderBytes) + EndBytes);
        await using var tar = new TarReader(bounded);
        while (await NextAsync(tar, cancellationToken) is { } entry)
        {
            if (++_entries > _manifest.Entries)
            {
                throw Invalid($"it holds more than the {_manifest.Entries} entries that its manifest announces");
            }

            await UnpackAsync(entry, cancellationToken);
        }

        if (_entries != _manifest.Entries || _contentBytes != _manifest.ContentBytes)
        {
            throw Invalid(
                $"it holds {_entries} entries with {_contentBytes} bytes, expected {_manifest.Entries} with {_manifest.ContentBytes} "
                + "as its manifest announces");
        }
    }

    private static async ValueTask<TarEntry?> NextAsync(TarReader tar, CancellationToken cancellationToken)
    {
        try
        {
            return await tar.GetNextEntryAsync(copyData: false, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException)
        {
            throw Invalid($"it is not a whole archive: {e.Message}", e);
        }
    }

    private async Task UnpackAsync(TarEntry entry, CancellationToken cancellationToken)
    {
        var name = entry.Name.EndsWith('/') ? entry.Name[..^1] : entry.Name;
        if (!BundlePaths.IsEntry(name))
        {
            throw Invalid($"the entry '{entry.Name}' lies outside its folder");
        }

        // Only folders that were made here count, so no entry goes through a link.
        var path = Path.Combine(_folder, name);
        var parent = name.LastIndexOf('/') is >= 0 and var slash ? name[..slash] : "";
        if (!_directories.Contains(parent))
        {
            throw Invalid($"the entry '{name}' lies in something that is not a folder of the archive");
        }

        if (Path.Exists(path) || new FileInfo(path).LinkTarget is not null)
        {
            throw Invalid($"the entry '{name}' is there twice");
        }

        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                Directory.CreateDirectory(path);
                _directories.Add(name);
                break;
            case TarEntryType.SymbolicLink when BundlePaths.IsInside(name, entry.LinkName):
                File.CreateSymbolicLink(path, entry.LinkName);
                break;
            case TarEntryType.SymbolicLink:
                throw Invalid($"the link '{name}' leads outside its folder, to '{entry.LinkName}'");
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                await WriteFileAsync(path, name, entry, cancellationToken);
                break;
            default:
                throw Invalid($"the entry '{name}' is of type {entry.EntryType}, expected files, folders and symbolic links");
        }
    }

    private async Task WriteFileAsync(string path, string name, TarEntry entry, CancellationToken cancellationToken)
    {
        _contentBytes += entry.Length;
        if (_contentBytes > _manifest.ContentBytes)
        {
            throw Invalid($"its files up to '{name}' have more than the {_manifest.ContentBytes} bytes that its manifest announces");
        }

        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = (entry.Mode & UnixFileMode.UserExecute) != 0 ? ReadableMode | ExecutableBits : ReadableMode,
        };
        await using var file = new FileStream(path, options);
        if (entry.DataStream is not { } data)
        {
            return;
        }

        try
        {
            await data.CopyToAsync(file, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Invalid($"it is not a whole archive: {e.Message}", e);
        }
    }

    private static AttemptFailedException Invalid(string problem, Exception? cause = null) =>
        new(AttemptFailure.Configuration, $"the archive of the task's code cannot be used: {problem}", cause);
}
