using Executor.Contracts.Bundles;
using Executor.Contracts.Descriptors;

namespace Executor.Bundling;

/// <summary>A folder of code, packed, in a file of this machine.</summary>
/// <param name="Code">What a runner is told of it.</param>
/// <param name="Manifest">Its parts.</param>
/// <param name="ManifestJson">The manifest's bytes, whose hash names the bundle.</param>
/// <param name="Archive">The archive's full path.</param>
internal sealed record Bundle(CodeBundle Code, BundleManifest Manifest, ReadOnlyMemory<byte> ManifestJson, string Archive);
