namespace Executor.Contracts.Bundles;

/// <summary>The sizes that every bundle keeps to; checked by whoever makes one, and by whoever unpacks one before memory or disk is taken.</summary>
public static class BundleLimits
{
    /// <summary>The bytes of a part; the last one may be shorter. Both sides hold one part in memory at a time.</summary>
    public const int PartBytes = 4 << 20;

    /// <summary>The most bytes of the packed archive.</summary>
    public const long MaxArchiveBytes = 1L << 30;

    /// <summary>The most bytes of all files of a bundle together, unpacked.</summary>
    public const long MaxContentBytes = 1L << 30;

    /// <summary>The most files, folders and links of a bundle.</summary>
    public const int MaxEntries = 100_000;

    /// <summary>The most bytes of a path inside a bundle, and of a link's target, as UTF-8.</summary>
    public const int MaxPathBytes = 4096;

    /// <summary>The most bytes of a manifest's JSON.</summary>
    public const int MaxManifestBytes = 1 << 20;
}
