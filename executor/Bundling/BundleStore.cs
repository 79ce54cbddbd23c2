using Executor.Contracts.Integrity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Executor.Bundling;

/// <summary>Puts bundles into a run's records.</summary>
internal static class BundleStore
{
    /// <summary>
    /// Puts a bundle: its parts, and when all of them are there its manifest. A bundle that is there already costs one read; a put that was cut
    /// off goes on behind the parts that had arrived. One part is in memory at a time.
    /// </summary>
    /// <param name="records">The store, with the operator's rights.</param>
    /// <param name="run">The run.</param>
    /// <param name="bundle">The bundle.</param>
    /// <param name="cancellationToken">Gives up; what was put stays.</param>
    /// <exception cref="BundleException">The archive on this machine is damaged.</exception>
    /// <exception cref="ShuffleException">The store refused or could not be reached.</exception>
    public static async Task PutAsync(IRunRecords records, string run, Bundle bundle, CancellationToken cancellationToken)
    {
        if (await records.GetAsync(run, RecordKeys.Blob(bundle.Code.Manifest), cancellationToken) is not null)
        {
            return;
        }

        var standing = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var key in records.ListAsync(run, RecordKeys.Blobs, cancellationToken))
        {
            standing.Add(key);
        }

        await using var archive = File.OpenRead(bundle.Archive);
        foreach (var part in bundle.Manifest.Parts)
        {
            if (standing.Contains(RecordKeys.Blob(part.Sha256)))
            {
                archive.Seek(part.Bytes, SeekOrigin.Current);
                continue;
            }

            var value = new byte[part.Bytes];
            await archive.ReadExactlyAsync(value, cancellationToken);
            if (Sha256Hex.Of(value) != part.Sha256)
            {
                throw new BundleException($"{bundle.Archive} is damaged: delete its folder and run the command again");
            }

            await RunBlobs.PutAsync(records, run, value, cancellationToken);
        }

        await RunBlobs.PutAsync(records, run, bundle.ManifestJson, cancellationToken);
    }
}
