using System.Text.Json;
using Executor.Contracts;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Executor.Driving;

/// <summary>Reads commits as the driver needs them.</summary>
internal static class CommitReader
{
    /// <summary>Looks for the commit of an instance's generation.</summary>
    public static async Task<FoundCommit> ReadAsync(
        IRunRecords records, string run, InstanceId instance, int generation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        try
        {
            var value = await records.GetAsync(run, RecordKeys.Commit(instance, generation), cancellationToken);
            if (value is null)
            {
                return new FoundCommit(null, Damaged: false);
            }

            var commit = JsonSerializer.Deserialize(value.Value.Span, ContractsJson.Default.CommitRecord);
            var writer = commit?.Writer.Attempt;
            return writer is not null && writer.Instance == instance && writer.Generation == generation
                ? new FoundCommit(commit, Damaged: false)
                : new FoundCommit(null, Damaged: true);
        }
        catch (JsonException)
        {
            return new FoundCommit(null, Damaged: true);
        }
        catch (ShuffleException failure) when (failure.Error == ShuffleError.DataLoss)
        {
            return new FoundCommit(null, Damaged: true);
        }
    }
}

/// <summary>What was found under the key of a commit.</summary>
/// <param name="Commit">The commit; null if there is none, or none that can be read.</param>
/// <param name="Damaged">True if something stands there that is not the commit: the instance committed, and its data is lost.</param>
internal readonly record struct FoundCommit(CommitRecord? Commit, bool Damaged);
