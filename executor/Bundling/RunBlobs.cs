using Executor.Contracts.Integrity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Executor.Bundling;

/// <summary>Puts content-addressed values into a run's records, where its tasks may read them.</summary>
internal static class RunBlobs
{
    /// <summary>Puts a value; one that is there already is left as it is.</summary>
    /// <param name="records">The store.</param>
    /// <param name="run">The run.</param>
    /// <param name="value">The value; at most 16 MiB.</param>
    /// <param name="cancellationToken">Gives up; what was put stays.</param>
    /// <returns>The value's SHA-256 in lower-case hex.</returns>
    /// <exception cref="ShuffleException">The store refused or could not be reached, or holds something else under this hash.</exception>
    public static async Task<string> PutAsync(IRunRecords records, string run, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        var sha256 = Sha256Hex.Of(value.Span);
        var standing = await records.CreateAsync(run, RecordKeys.Blob(sha256), value, cancellationToken);
        return standing is null || standing.Value.Span.SequenceEqual(value.Span)
            ? sha256
            : throw new ShuffleException(ShuffleError.DataLoss, $"record {RecordKeys.Blob(sha256)} of run {run} is not what its name says");
    }
}
