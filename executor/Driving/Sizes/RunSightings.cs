using System.Globalization;
using System.Text.Json;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Executor.Driving.Sizes;

/// <summary>
/// What a run has seen of task classes, part by part as its drivers wrote it down, and what of it is forgotten. A part that is damaged, or measures that cannot be, are told and
/// left out.
/// </summary>
/// <param name="Parts">The newest parts, oldest first.</param>
/// <param name="Forgotten">What counts no longer.</param>
/// <param name="NextReset">The number of the next record that forgets something.</param>
internal sealed record RunSightings(IReadOnlyList<SightingsPart> Parts, ForgottenClasses Forgotten, int NextReset)
{
    private const int MaxParts = 32;

    /// <summary>What counts, oldest first.</summary>
    public IEnumerable<ClassObservation> Counting =>
        Parts.SelectMany(part => part.Seen.Where(seen => !Forgotten.Covers(seen.Class, part.Key)));

    /// <summary>Reads them. A run that is not there has none.</summary>
    /// <param name="records">Where the run's records are.</param>
    /// <param name="run">The run.</param>
    /// <param name="tell">Is told what is left out, a sentence each.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ShuffleException">The store fails as a whole.</exception>
    public static async Task<RunSightings> ReadAsync(IRunRecords records, string run, Action<string> tell, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(tell);
        var keys = new Queue<string>();
        await foreach (var key in records.ListAsync(run, RecordKeys.SizingSeen, cancellationToken))
        {
            keys.Enqueue(key);
            if (keys.Count > MaxParts)
            {
                keys.Dequeue();
            }
        }

        // A run that has seen nothing has nothing to forget: most runs cost one listing.
        string? lastReset = null;
        if (keys.Count > 0)
        {
            await foreach (var key in records.ListAsync(run, RecordKeys.SizingResets, cancellationToken))
            {
                lastReset = key;
            }
        }

        var refused = 0;
        var parts = new List<SightingsPart>();
        foreach (var key in keys)
        {
            var (seen, left) = await ReadAsync(key, SizingRecords.ReadObservations, ([], 0));
            parts.Add(new SightingsPart(key, seen));
            refused += left;
        }

        if (refused > 0)
        {
            tell(string.Create(CultureInfo.InvariantCulture, $"sizing: {refused} measures in the history of run {run} cannot be, and are left out"));
        }

        // The newest says all that the ones before it said.
        var forgotten = lastReset is null ? ForgottenClasses.None : await ReadAsync(lastReset, SizingRecords.ReadForgotten, ForgottenClasses.None);
        return new RunSightings(parts, forgotten, lastReset is null ? 0 : RecordKeys.SizingResetOf(lastReset) + 1);

        async Task<T> ReadAsync<T>(string key, Func<ReadOnlyMemory<byte>, T> read, T otherwise)
        {
            try
            {
                return await records.GetAsync(run, key, cancellationToken) is { } value ? read(value) : otherwise;
            }
            catch (Exception failure) when (failure is JsonException or ShuffleException { Error: ShuffleError.DataLoss })
            {
                tell($"sizing: {key} of run {run} cannot be read, and is left out: {failure.Message}");
                return otherwise;
            }
        }
    }
}

/// <summary>What a driver has seen up to a time, and not written down before.</summary>
/// <param name="Key">The key that it stands under.</param>
/// <param name="Seen">What was seen; empty if it is damaged.</param>
internal sealed record SightingsPart(string Key, IReadOnlyList<ClassObservation> Seen);
