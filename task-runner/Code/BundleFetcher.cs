using Executor.Contracts.Bundles;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Reporting;
using Executor.Shuffle.Channel;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Code;

/// <summary>Brings the code of a task from the store into a folder.</summary>
/// <param name="records">The store.</param>
/// <param name="run">The run.</param>
internal sealed class BundleFetcher(IRunRecords records, string run)
{
    /// <summary>Fetches a bundle and unpacks it on the way.</summary>
    /// <param name="code">The bundle.</param>
    /// <param name="folder">Where it goes; must exist and be empty.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AttemptFailedException">The bundle is missing, damaged, or not what a bundle may be.</exception>
    /// <exception cref="ShuffleException">The store refused or could not be reached.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public async Task FetchAsync(CodeBundle code, string folder, CancellationToken cancellationToken)
    {
        var blobs = new BlobReader(records, run);
        var json = await blobs.ReadAsync(code.Manifest, "the manifest of the task's code", cancellationToken);
        var manifest = Parse(json.Span, code);
        await using var archive = new BundleStream(manifest, blobs);
        await new BundleUnpacker(manifest, folder).UnpackAsync(archive, cancellationToken);
    }

    private static BundleManifest Parse(ReadOnlySpan<byte> json, CodeBundle code)
    {
        if (json.Length > BundleLimits.MaxManifestBytes)
        {
            throw Invalid(code, $"it has {json.Length} bytes, expected at most {BundleLimits.MaxManifestBytes}");
        }

        try
        {
            var manifest = BundleManifest.Read(json);
            return manifest.ArchiveBytes == code.ArchiveBytes
                ? manifest
                : throw Invalid(code, $"its parts have {manifest.ArchiveBytes} bytes, expected {code.ArchiveBytes} as in the descriptor");
        }
        catch (FormatException e)
        {
            throw Invalid(code, e.Message, e);
        }
    }

    private static AttemptFailedException Invalid(CodeBundle code, string problem, Exception? cause = null) =>
        new(AttemptFailure.Configuration, $"the manifest {code.Manifest} of the task's code cannot be used: {problem}", cause);
}
