using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Executor.Driving.Sizes;

/// <summary>
/// Has the runs of a store forget what they saw of task classes up to now. What they see later counts, and a driver that is under way goes on with what it knows.
/// </summary>
/// <param name="records">The store's records.</param>
/// <param name="notice">Is told what cannot be read.</param>
internal sealed class SizingReset(IRunRecords records, Action<string> notice)
{
    // Only the commands of people race here.
    private const int MaxTries = 20;

    /// <summary>Forgets classes. Repeating it forgets what was seen in between.</summary>
    /// <param name="classes">Their names; all if null.</param>
    /// <param name="cancellationToken">Ends it between two runs; those before stay as they are then.</param>
    /// <returns>How much is forgotten of each class of which anything is.</returns>
    /// <exception cref="ShuffleException">The store fails.</exception>
    public async Task<IReadOnlyDictionary<string, ForgottenSightings>> ForgetAsync(IReadOnlySet<string>? classes, CancellationToken cancellationToken)
    {
        var sum = new SortedDictionary<string, ForgottenSightings>(StringComparer.Ordinal);

        // All of them: when the newest are deleted, older ones are looked at again.
        await foreach (var entry in records.ListRunsAsync(cancellationToken))
        {
            foreach (var (taskClass, attempts) in await ForgetAsync(entry.Run, classes, cancellationToken))
            {
                var before = sum.GetValueOrDefault(taskClass);
                sum[taskClass] = new ForgottenSightings(before.Runs + 1, before.Attempts + attempts);
            }
        }

        return sum;
    }

    private async Task<IReadOnlyDictionary<string, int>> ForgetAsync(string run, IReadOnlySet<string>? classes, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var sightings = await RunSightings.ReadAsync(records, run, notice, cancellationToken);
            var meant = sightings.Counting
                .Where(seen => classes is null || classes.Contains(seen.Class))
                .CountBy(seen => seen.Class, StringComparer.Ordinal)
                .ToDictionary();
            if (meant.Count == 0)
            {
                return meant;
            }

            var forgotten = sightings.Forgotten.With(meant.Keys, sightings.Parts[^1].Key);
            var standing = await records.CreateAsync(run, RecordKeys.SizingResetAt(sightings.NextReset), SizingRecords.Write(forgotten), cancellationToken);
            if (standing is null || standing.Value.Span.SequenceEqual(SizingRecords.Write(forgotten)))
            {
                return meant;
            }

            if (tries >= MaxTries)
            {
                throw new ShuffleException(ShuffleError.Unavailable, $"others go on forgetting what run {run} saw; try again");
            }
        }
    }
}

/// <summary>How much is forgotten of a class.</summary>
/// <param name="Runs">In how many runs.</param>
/// <param name="Attempts">How many attempts that they saw.</param>
internal readonly record struct ForgottenSightings(int Runs, long Attempts);
