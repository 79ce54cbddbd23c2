using Executor.Shuffle.Channel;

namespace Executor.Driving.Sizes;

/// <summary>
/// Reads what earlier runs have seen of task classes. Whatever is damaged, absurd, gone or slow is left out and told: a history is never a reason to fail.
/// </summary>
internal sealed class SizingHistory(IRunRecords records, Action<string> notice)
{
    /// <summary>The runs that are looked at, the newest first.</summary>
    public const int MaxRuns = 50;

    /// <summary>The runs with something of the classes that are taken.</summary>
    public const int MaxUsed = 20;

    private const int MaxListed = 100_000;
    private const int ReadsAtATime = 8;
    private const int MaxNotices = 5;
    private int _notices;

    /// <summary>Reads the history, oldest first.</summary>
    /// <param name="own">The run that it is read for, whose earlier drivers are part of it however old it is; null for none.</param>
    /// <param name="classes">The classes; all if null. Where there is none, nothing is read.</param>
    /// <param name="cancellationToken">Ends the reading with what was read by then.</param>
    public async Task<IReadOnlyList<ClassObservation>> ReadAsync(string? own, IReadOnlySet<string>? classes, CancellationToken cancellationToken)
    {
        if (classes is { Count: 0 })
        {
            return [];
        }

        var found = new List<IReadOnlyList<ClassObservation>>();
        try
        {
            foreach (var runs in (await NewestAsync(own, cancellationToken)).Chunk(ReadsAtATime))
            {
                foreach (var seen in await Task.WhenAll(runs.Select(run => ReadRunAsync(run, classes, cancellationToken))))
                {
                    if (seen.Count > 0 && found.Count < MaxUsed)
                    {
                        found.Add(seen);
                    }
                }

                if (found.Count >= MaxUsed)
                {
                    break;
                }
            }
        }
        catch (Exception failure) when (failure is ShuffleException or OperationCanceledException)
        {
            Tell($"sizing: the history is incomplete: {failure.Message}");
        }

        return [.. Enumerable.Reverse(found).SelectMany(seen => seen)];
    }

    private async Task<IEnumerable<string>> NewestAsync(string? own, CancellationToken cancellationToken)
    {
        var runs = new List<RunEntry>();
        await foreach (var entry in records.ListRunsAsync(cancellationToken))
        {
            runs.Add(entry);
            if (runs.Count >= MaxListed)
            {
                break;
            }
        }

        // What this run's own drivers have seen is the newest there is.
        var others = runs.Where(entry => entry.Run != own).OrderByDescending(entry => entry.Created).ThenBy(entry => entry.Run, StringComparer.Ordinal)
            .Select(entry => entry.Run).Take(MaxRuns);
        return own is null ? others : others.Prepend(own);
    }

    private async Task<IReadOnlyList<ClassObservation>> ReadRunAsync(string run, IReadOnlySet<string>? classes, CancellationToken cancellationToken)
    {
        try
        {
            var sightings = await RunSightings.ReadAsync(records, run, Tell, cancellationToken);
            return [.. sightings.Counting.Where(seen => classes is null || classes.Contains(seen.Class))];
        }
        catch (ShuffleException failure)
        {
            Tell($"sizing: the history of run {run} cannot be read, and is left out: {failure.Message}");
            return [];
        }
    }

    private void Tell(string message)
    {
        if (Interlocked.Increment(ref _notices) <= MaxNotices)
        {
            notice(message);
        }
    }
}
