using Executor.Contracts.Integrity;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Shuffle.Channel;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Code;

/// <summary>Reads a run's content-addressed values, and none that is not what its name says. Thread-safe.</summary>
/// <param name="records">The store.</param>
/// <param name="run">The run.</param>
internal sealed class BlobReader(IRunRecords records, string run)
{
    /// <summary>The value.</summary>
    /// <param name="sha256">Its SHA-256 in lower-case hex.</param>
    /// <param name="what">What it is, for a message.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AttemptFailedException">
    /// It is missing or damaged. That is the infrastructure's failure, and none of the attempt's inputs: no other task can make it anew.
    /// </exception>
    /// <exception cref="ShuffleException">The store refused or could not be reached.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(string sha256, string what, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte>? found;
        try
        {
            found = await records.GetAsync(run, RecordKeys.Blob(sha256), cancellationToken);
        }
        catch (ShuffleException e) when (e.Error == ShuffleError.DataLoss)
        {
            throw Lost($"{what} is damaged in the store: {e.Message}", e);
        }

        if (found is not { } value)
        {
            throw Lost($"{what} is not in the store: run {run} has no record {RecordKeys.Blob(sha256)}");
        }

        var hash = Sha256Hex.Of(value.Span);
        return hash == sha256 ? value : throw Lost($"{what} is damaged in the store: its SHA-256 is {hash}, expected {sha256}");
    }

    private static AttemptFailedException Lost(string message, Exception? cause = null) => new(AttemptFailure.Infrastructure, message, cause);
}
