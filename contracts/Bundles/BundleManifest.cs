using System.Text.Json;
using System.Text.Json.Serialization;
using Executor.Contracts.Integrity;

namespace Executor.Contracts.Bundles;

/// <summary>
/// Names the parts of a bundle: a folder as a gzip-compressed tar archive (GNU format), cut into parts. The manifest and the parts are
/// records <c>blobs/SHA256</c> of the run; the SHA-256 of the manifest's JSON names the bundle.
/// </summary>
public sealed record BundleManifest
{
    /// <summary>The bytes of all files together, unpacked.</summary>
    public required long ContentBytes { get; init; }

    /// <summary>How many entries the archive has: files, folders and links.</summary>
    public required int Entries { get; init; }

    /// <summary>The parts in the archive's order: all but the last have <see cref="BundleLimits.PartBytes"/>.</summary>
    public required IReadOnlyList<BundlePart> Parts { get; init; }

    /// <summary>The bytes of the archive.</summary>
    [JsonIgnore]
    public long ArchiveBytes => Parts.Sum(static part => (long)part.Bytes);

    /// <summary>Reads a manifest and checks it against <see cref="BundleLimits"/>.</summary>
    /// <exception cref="FormatException">It is none, or breaks a limit; says why.</exception>
    public static BundleManifest Read(ReadOnlySpan<byte> json)
    {
        BundleManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(json, BundleJson.Default.BundleManifest);
        }
        catch (JsonException e)
        {
            throw new FormatException($"not a manifest: {e.Message}", e);
        }

        return (manifest is null ? "not a manifest but null" : ProblemOf(manifest)) is { } problem ? throw new FormatException(problem) : manifest!;
    }

    /// <summary>The JSON that <see cref="Read"/> takes.</summary>
    public byte[] Serialize() => JsonSerializer.SerializeToUtf8Bytes(this, BundleJson.Default.BundleManifest);

    private static string? ProblemOf(BundleManifest manifest)
    {
        if (manifest.ContentBytes is < 0 or > BundleLimits.MaxContentBytes)
        {
            return $"the files have {manifest.ContentBytes} bytes, expected at most {BundleLimits.MaxContentBytes}";
        }

        if (manifest.Entries is < 0 or > BundleLimits.MaxEntries)
        {
            return $"there are {manifest.Entries} entries, expected at most {BundleLimits.MaxEntries}";
        }

        for (var i = 0; i < manifest.Parts.Count; i++)
        {
            if (manifest.Parts[i] is not { } part)
            {
                return $"part {i} is null";
            }

            if (!Sha256Hex.IsValid(part.Sha256) || part.Bytes is < 1 or > BundleLimits.PartBytes
                || (part.Bytes < BundleLimits.PartBytes && i < manifest.Parts.Count - 1))
            {
                return $"part {i} is '{part.Sha256}' of {part.Bytes} bytes, expected a SHA-256 in hex and {BundleLimits.PartBytes} bytes "
                    + "(fewer in the last part)";
            }
        }

        return manifest.ArchiveBytes is 0 or > BundleLimits.MaxArchiveBytes
            ? $"the archive has {manifest.ArchiveBytes} bytes, expected 1 to {BundleLimits.MaxArchiveBytes}"
            : null;
    }
}

/// <summary>A piece of a bundle's archive.</summary>
/// <param name="Sha256">The SHA-256 of its bytes in lower-case hex, which is its record's key.</param>
/// <param name="Bytes">How many bytes it has.</param>
public sealed record BundlePart(string Sha256, int Bytes);
