using System.Runtime.CompilerServices;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Executor.Shuffle.Engine.InProcess;

/// <summary>The records of a store in the same process. Thread-safe.</summary>
/// <param name="engine">The store, which this does not own.</param>
public sealed class InProcessRunRecords(ShuffleEngine engine) : IRunRecords
{
    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>?> CreateAsync(string run, string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        Translation.RunAsync(() => engine.Records.CreateAsync(run, RequireFree(key), value, ShuffleLimits.MaxRecordBytes, cancellationToken));

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>?> GetAsync(string run, string key, CancellationToken cancellationToken) =>
        Translation.RunAsync(() => engine.Records.GetAsync(
            run, key, key?.StartsWith(RecordKeys.Seals, StringComparison.Ordinal) == true ? Commits.SealStore.MaxSealBytes : ShuffleLimits.MaxRecordBytes,
            cancellationToken));

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ListAsync(string run, string prefix, CancellationToken cancellationToken) =>
        TranslateAll(engine.Records.ListAsync(run, prefix ?? throw new ArgumentNullException(nameof(prefix)), cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<SealRecord> SealAsync(SealRequest request, CancellationToken cancellationToken) =>
        Translation.RunAsync(() => engine.Seals.SealAsync(request, cancellationToken));

    /// <inheritdoc/>
    public IAsyncEnumerable<RunEntry> ListRunsAsync(CancellationToken cancellationToken) =>
        TranslateAll(engine.Markers.ListAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task DeleteRunAsync(string run, CancellationToken cancellationToken) => Translation.RunAsync(async () =>
    {
        await engine.DeleteRunAsync(run, cancellationToken);
        return true;
    });

    /// <inheritdoc/>
    public Task<VerifyReport> VerifyAsync(string run, CancellationToken cancellationToken) =>
        Translation.RunAsync(() => engine.Verifier.VerifyAsync(run, cancellationToken));

    /// <inheritdoc/>
    public Task<RunStatistics> GetStatisticsAsync(string run, CancellationToken cancellationToken) =>
        Translation.RunAsync(() => engine.Collector.MeasureAsync(run, cancellationToken));

    /// <inheritdoc/>
    public Task<RunUsage> GetUsageAsync(string run, CancellationToken cancellationToken) =>
        Translation.RunAsync(() => engine.Usage.MeasureAsync(run, cancellationToken));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Commits, seals and schemas are made by the operations that check them, counts of usage by the store itself.</summary>
    private static string RequireFree(string key)
    {
        if (key is null || key.StartsWith(RecordKeys.Commits, StringComparison.Ordinal) || key.StartsWith(RecordKeys.Seals, StringComparison.Ordinal)
            || key.StartsWith(RecordKeys.Schemas, StringComparison.Ordinal) || key.StartsWith(RecordKeys.Usage, StringComparison.Ordinal))
        {
            throw new ShuffleException(ShuffleError.Invalid, $"record key '{key}' is made by the store only");
        }

        return key;
    }

    private static async IAsyncEnumerable<T> TranslateAll<T>(IAsyncEnumerable<T> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var item = items.GetAsyncEnumerator(cancellationToken);
        while (await Translation.RunAsync(async () => await item.MoveNextAsync()))
        {
            yield return item.Current;
        }
    }
}
