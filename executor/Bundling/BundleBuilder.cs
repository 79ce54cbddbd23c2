using Executor.Contracts.Bundles;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Integrity;

namespace Executor.Bundling;

/// <summary>
/// Packs folders of code into a cache, each under the hash of its content, so that an unchanged folder is packed once. What was not asked for in
/// <see cref="Kept"/> leaves the cache when something new comes to it. Safe for use by several threads and several executors at once.
/// </summary>
/// <param name="cache">The cache's folder; made if it is missing.</param>
/// <param name="time">Tells what was not asked for in a long time.</param>
internal sealed class BundleBuilder(string cache, TimeProvider time)
{
    /// <summary>How long a bundle is kept after it was last asked for: far longer than any executor needs for sending it to a store.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private const string ArchiveName = "code.tar.gz";
    private const string ManifestName = "manifest.json";

    /// <summary>The bundle of a folder.</summary>
    /// <exception cref="BundleException">The folder has changed since it was listed, or packs to more than a bundle may have.</exception>
    /// <exception cref="IOException">The folder cannot be read, or the cache not written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read, or the cache not written.</exception>
    public async Task<Bundle> BuildAsync(CodeTree tree, CancellationToken cancellationToken)
    {
        var target = Path.Combine(cache, tree.Sha256);
        if (await FindAsync(target, cancellationToken) is not { } bundle)
        {
            await AddAsync(tree, target, cancellationToken);
            bundle = await FindAsync(target, cancellationToken)
                ?? throw new BundleException($"{target} is damaged although it was just written; is the disk full?");
            RemoveUnused();
        }

        Directory.SetLastWriteTimeUtc(target, time.GetUtcNow().UtcDateTime);
        return bundle;
    }

    private async Task AddAsync(CodeTree tree, string target, CancellationToken cancellationToken)
    {
        var scratch = Path.Combine(cache, $"packing-{Guid.NewGuid():N}");
        Directory.CreateDirectory(scratch);
        try
        {
            await PackAsync(tree, scratch, cancellationToken);
            await PublishAsync(scratch, target, cancellationToken);
        }
        finally
        {
            if (Directory.Exists(scratch))
            {
                Directory.Delete(scratch, recursive: true);
            }
        }
    }

    // What another executor removes at the same time, or may not be removed, is no concern of this one.
    private void RemoveUnused()
    {
        var since = (time.GetUtcNow() - Kept).UtcDateTime;
        foreach (var folder in Directory.EnumerateDirectories(cache).Where(folder => Directory.GetLastWriteTimeUtc(folder) < since))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                continue;
            }
        }
    }

    private static async Task PackAsync(CodeTree tree, string folder, CancellationToken cancellationToken)
    {
        await using var archive = new FileStream(Path.Combine(folder, ArchiveName), FileMode.CreateNew, FileAccess.ReadWrite);
        await BundleArchive.WriteAsync(tree, archive, cancellationToken);
        if (archive.Length > BundleLimits.MaxArchiveBytes)
        {
            throw new BundleException($"{tree.Folder} has {archive.Length} bytes when packed, expected at most {BundleLimits.MaxArchiveBytes}");
        }

        archive.Position = 0;
        var manifest = await BundleArchive.DescribeAsync(archive, tree, cancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(folder, ManifestName), manifest.Serialize(), cancellationToken);
    }

    // What a machine lost its power over is packed again: only a manifest with an archive of its size counts.
    private static async Task<Bundle?> FindAsync(string folder, CancellationToken cancellationToken)
    {
        var archive = new FileInfo(Path.Combine(folder, ArchiveName));
        var manifest = Path.Combine(folder, ManifestName);
        if (!archive.Exists || !File.Exists(manifest))
        {
            return null;
        }

        var json = await File.ReadAllBytesAsync(manifest, cancellationToken);
        try
        {
            var read = BundleManifest.Read(json);
            return read.ArchiveBytes == archive.Length
                ? new Bundle(new CodeBundle(Sha256Hex.Of(json), read.ArchiveBytes), read, json, archive.FullName)
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static async Task PublishAsync(string finished, string target, CancellationToken cancellationToken)
    {
        try
        {
            Directory.Move(finished, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            // Another executor was quicker, and left the same; only what is damaged is replaced.
            if (await FindAsync(target, cancellationToken) is null)
            {
                Directory.Delete(target, recursive: true);
                Directory.Move(finished, target);
            }
        }
    }
}
