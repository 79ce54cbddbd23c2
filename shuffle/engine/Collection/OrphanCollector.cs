using Executor.Contracts.Records;
using Executor.Shuffle.Engine.Commits;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Records;

namespace Executor.Shuffle.Engine.Collection;

/// <summary>Removes what attempts left behind that never committed. Thread-safe.</summary>
public sealed class OrphanCollector(IObjectStore objects, RecordStore records, CommitStore commits)
{
    /// <summary>
    /// Deletes the segments of a run that no commit names. Only for a run that has finished: what a living attempt has written and not yet
    /// committed looks just the same. A damaged commit is <see cref="Channel.ShuffleError.DataLoss"/>, and nothing is deleted.
    /// </summary>
    /// <returns>How many segments were deleted.</returns>
    public async Task<int> CollectAsync(string run, CancellationToken cancellationToken)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var key in records.ListAsync(run, RecordKeys.Commits, cancellationToken))
        {
            if (CommitStore.TryParseKey(key, out var instance, out var generation)
                && await commits.FindAsync(run, instance, generation, cancellationToken) is { } commit)
            {
                named.UnionWith(commit.Outputs.SelectMany(output => output.Segments));
            }
        }

        var prefix = ObjectKeys.Segments(run);
        var deleted = 0;
        await foreach (var entry in objects.ListAsync(prefix, cancellationToken))
        {
            if (!named.Contains(entry.Key[prefix.Length..]))
            {
                await objects.DeleteAsync(entry.Key, cancellationToken);
                deleted++;
            }
        }

        return deleted;
    }
}
