using System.Formats.Tar;
using System.IO.Compression;
using Executor.Contracts.Bundles;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Integrity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Executor.TaskRunner.Tests.Code;

/// <summary>A bundle that a test makes, honest or not.</summary>
internal sealed class PackedCode
{
    private readonly byte[] _archive;

    private PackedCode(byte[] archive, BundleManifest manifest)
    {
        _archive = archive;
        Manifest = manifest;
    }

    public BundleManifest Manifest { get; init; }

    public CodeBundle Code => new(Sha256Hex.Of(Manifest.Serialize()), _archive.Length);

    public static TarEntry File(string name, string content, bool executable = false) => new GnuTarEntry(TarEntryType.RegularFile, name)
    {
        Mode = executable ? (UnixFileMode)0b111_101_101 : (UnixFileMode)0b110_100_100,
        DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content)),
    };

    public static TarEntry File(string name, byte[] content) => new GnuTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) };

    public static TarEntry Folder(string name) => new GnuTarEntry(TarEntryType.Directory, name) { Mode = (UnixFileMode)0b111_101_101 };

    public static TarEntry Link(string name, string target, TarEntryType type = TarEntryType.SymbolicLink) => new GnuTarEntry(type, name) { LinkName = target };

    /// <summary>Packs entries in the order given.</summary>
    public static PackedCode Of(params TarEntry[] entries)
    {
        using var archive = new MemoryStream();
        using (var compressed = new GZipStream(archive, CompressionLevel.Optimal, leaveOpen: true))
        using (var tar = new TarWriter(compressed, TarEntryFormat.Gnu))
        {
            foreach (var entry in entries)
            {
                tar.WriteEntry(entry);
            }
        }

        return Of(archive.ToArray(), entries.Length, entries.Sum(entry => entry.Length));
    }

    /// <summary>Takes any bytes for an archive.</summary>
    public static PackedCode Of(byte[] archive, int entries, long contentBytes) => new(archive, new BundleManifest
    {
        Entries = entries,
        ContentBytes = contentBytes,
        Parts = [.. archive.Chunk(BundleLimits.PartBytes).Select(part => new BundlePart(Sha256Hex.Of(part), part.Length))],
    });

    /// <summary>The same archive with another manifest.</summary>
    public PackedCode With(Func<BundleManifest, BundleManifest> change) => new(_archive, change(Manifest));

    /// <summary>Puts the manifest and the parts.</summary>
    /// <param name="records">The store.</param>
    /// <param name="replace">What to put in place of a part's bytes; null leaves the part out.</param>
    public async Task PutAsync(IRunRecords records, Func<int, byte[], byte[]?>? replace = null)
    {
        var parts = _archive.Chunk(BundleLimits.PartBytes).ToList();
        for (var i = 0; i < parts.Count; i++)
        {
            if ((replace is null ? parts[i] : replace(i, parts[i])) is { } bytes)
            {
                await CreateAsync(records, Sha256Hex.Of(parts[i]), bytes);
            }
        }

        await CreateAsync(records, Code.Manifest, Manifest.Serialize());
    }

    private static async Task CreateAsync(IRunRecords records, string sha256, byte[] value) =>
        await records.CreateAsync(AttemptHarness.Run, RecordKeys.Blob(sha256), value, TestContext.Current.CancellationToken);
}
