using Executor.Contracts.Bundles;

namespace Executor.Contracts.Descriptors;

/// <summary>The code that a runner fetches from the store before the body starts.</summary>
/// <param name="Manifest">The SHA-256 of the <see cref="BundleManifest"/> in lower-case hex: the record <c>blobs/SHA256</c> of the run.</param>
/// <param name="ArchiveBytes">The bytes that are fetched.</param>
public sealed record CodeBundle(string Manifest, long ArchiveBytes);
