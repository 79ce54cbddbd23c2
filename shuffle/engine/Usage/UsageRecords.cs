using System.Text.Json;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Collection;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Records;

namespace Executor.Shuffle.Engine.Usage;

/// <summary>
/// Keeps what was counted for runs beyond the end of the process: one small record per run and process, replaced now and then by a larger count. What is
/// written costs requests itself, so it is written seldom (docs/adr/0016). Thread-safe.
/// </summary>
internal sealed class UsageRecords(IObjectStore objects, RecordStore records, RunCollector collector, UsageMeter meter)
{
    /// <summary>So many requests that no record knows of are worth one more.</summary>
    internal const int EnoughWhileBusy = 100;

    /// <summary>So many are, once the run is quiet: writing them adds a tenth at most.</summary>
    internal const int EnoughWhenQuiet = 20;

    /// <summary>So often nothing must have been new before a run's tally is dropped.</summary>
    private const int QuietLooksToForget = 10;

    private const int MaxRecordBytes = 4096;
    private const int ParallelWrites = 8;

    /// <summary>Whether counts are to be written down when they are asked for; not unless it is set.</summary>
    internal bool AreKept { get; set; }

    /// <summary>Writes down what is worth it, and drops the tallies of runs that have been quiet for long or are gone.</summary>
    /// <param name="isLast">Whether the process ends, so that every run counts as quiet.</param>
    /// <param name="cancellationToken">Ends the writing; what was not written is at the next time.</param>
    internal Task WriteAsync(bool isLast, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        meter.Tallies,
        new ParallelOptions { MaxDegreeOfParallelism = ParallelWrites, CancellationToken = cancellationToken },
        async (entry, token) =>
        {
            var (run, tally) = entry;
            var counts = tally.Counts;
            var isQuiet = isLast || counts.Requests == tally.Seen;
            tally.QuietLooks = isQuiet ? tally.QuietLooks + 1 : 0;
            tally.Seen = counts.Requests;
            if (counts.Requests - tally.Recorded >= (isQuiet ? EnoughWhenQuiet : EnoughWhileBusy))
            {
                await WriteAsync(run, tally, counts, token);
            }
            else if (tally.QuietLooks >= QuietLooksToForget)
            {
                meter.Forget(run);
            }
        });

    /// <summary>Writes down what was counted for a run, however little, where that is more than its record says: somebody is about to add all records up.</summary>
    internal async Task WriteAsync(string run, CancellationToken cancellationToken)
    {
        RecordStore.RequireRun(run);
        if (AreKept && meter.Find(run) is { } tally && tally.Counts is var counts && counts.Requests > tally.Recorded)
        {
            await WriteAsync(run, tally, counts, cancellationToken);
        }
    }

    /// <summary>What a run has cost: what other processes have written down, and what this one has counted.</summary>
    internal async Task<RunUsage> MeasureAsync(string run, CancellationToken cancellationToken)
    {
        RecordStore.RequireRun(run);
        var sum = RequestCounts.None;
        var own = meter.Find(run);
        await foreach (var key in records.ListAsync(run, RecordKeys.Usage, cancellationToken))
        {
            if (key[RecordKeys.Usage.Length..] != own?.Name && await ReadAsync(run, key, cancellationToken) is { } counts)
            {
                sum = sum.Plus(counts);
            }
        }

        var stored = await collector.MeasureAsync(run, cancellationToken);
        sum = sum.Plus(meter.Find(run)?.Counts ?? RequestCounts.None);

        // Whoever wrote an object and was killed before it could say so has paid for it, too.
        return new RunUsage(sum with { Puts = Math.Max(sum.Puts, stored.Objects), BytesWritten = Math.Max(sum.BytesWritten, stored.Bytes) }, stored);
    }

    private async Task WriteAsync(string run, RunTally tally, RequestCounts counts, CancellationToken cancellationToken)
    {
        // One at a time, so that a record is never replaced by an older count.
        await tally.Writing.WaitAsync(cancellationToken);
        try
        {
            if (counts.Requests > tally.Recorded)
            {
                await ReplaceAsync(run, tally, counts, cancellationToken);
            }
        }
        finally
        {
            tally.Writing.Release();
        }
    }

    private async Task ReplaceAsync(string run, RunTally tally, RequestCounts counts, CancellationToken cancellationToken)
    {
        // A run that was deleted stays deleted.
        if (await objects.GetAsync(ObjectKeys.Marker(run), ObjectRange.From(0, 1), new byte[1], cancellationToken) is null)
        {
            meter.Forget(run);
            return;
        }

        var value = JsonSerializer.SerializeToUtf8Bytes(counts, ShuffleJson.Default.RequestCounts);
        await objects.PutAsync(ObjectKeys.Record(run, RecordKeys.Usage + tally.Name), RecordEnvelope.Wrap(value), cancellationToken);
        tally.Recorded = counts.Requests;
    }

    private async Task<RequestCounts?> ReadAsync(string run, string key, CancellationToken cancellationToken)
    {
        try
        {
            return await records.GetAsync(run, key, MaxRecordBytes, cancellationToken) is { } value
                ? ShuffleJson.Read(value.Span, ShuffleJson.Default.RequestCounts)
                : null;
        }
        catch (ShuffleException exception) when (exception.Error is ShuffleError.DataLoss or ShuffleError.Invalid)
        {
            // A count that is damaged must not keep the others from being told.
            return null;
        }
    }
}
