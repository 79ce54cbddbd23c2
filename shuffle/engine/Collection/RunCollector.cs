using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Records;

namespace Executor.Shuffle.Engine.Collection;

/// <summary>Removes runs. Thread-safe.</summary>
public sealed class RunCollector(IObjectStore objects, RunMarkers markers)
{
    private const int ParallelDeletes = 16;
    private const int MaxRounds = 5;

    /// <summary>
    /// Deletes everything of a run: segments first, so that what is left of a half-deleted run never looks whole; then records; the marker last,
    /// so that a deletion that was interrupted is seen and can be repeated.
    /// </summary>
    /// <remarks>
    /// What another process writes meanwhile is found in a further round. A writer that goes on after the marker has gone leaves objects
    /// behind, under a marker of their own unless that process had seen the first; delete the run again once its writers have ended.
    /// </remarks>
    public async Task DeleteAsync(string run, CancellationToken cancellationToken)
    {
        RecordStore.RequireRun(run);
        for (var round = 0; round < MaxRounds; round++)
        {
            var segments = await DeletePrefixAsync(ObjectKeys.Segments(run), cancellationToken);
            var records = await DeletePrefixAsync(ObjectKeys.Run(run), cancellationToken);
            if (segments + records == 0)
            {
                break;
            }
        }

        await markers.DeleteAsync(run, cancellationToken);
    }

    /// <summary>How many objects a run has, and their bytes.</summary>
    public async Task<RunStatistics> MeasureAsync(string run, CancellationToken cancellationToken)
    {
        RecordStore.RequireRun(run);
        var footprint = new RunStatistics(0, 0, 0, 0);
        await foreach (var entry in objects.ListAsync(ObjectKeys.Run(run), cancellationToken))
        {
            var isSegment = entry.Key.AsSpan(ObjectKeys.Run(run).Length).StartsWith(ObjectKeys.SegmentFolder, StringComparison.Ordinal);
            footprint = isSegment
                ? footprint with { Segments = footprint.Segments + 1, SegmentBytes = footprint.SegmentBytes + entry.Length }
                : footprint with { Records = footprint.Records + 1, RecordBytes = footprint.RecordBytes + entry.Length };
        }

        return footprint;
    }

    private async Task<long> DeletePrefixAsync(string prefix, CancellationToken cancellationToken)
    {
        long count = 0;
        await Parallel.ForEachAsync(
            objects.ListAsync(prefix, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = ParallelDeletes, CancellationToken = cancellationToken },
            async (entry, token) =>
            {
                await objects.DeleteAsync(entry.Key, token);
                Interlocked.Increment(ref count);
            });
        return count;
    }
}
