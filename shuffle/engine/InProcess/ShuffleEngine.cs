using Executor.Contracts.Identity;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Buffers;
using Executor.Shuffle.Engine.Collection;
using Executor.Shuffle.Engine.Commits;
using Executor.Shuffle.Engine.Ingest;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Records;
using Executor.Shuffle.Engine.Segments;
using Executor.Shuffle.Engine.Serving;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Executor.Shuffle.Engine.InProcess;

/// <summary>The parts of a store, put together over one object store, which it does not own. Thread-safe.</summary>
public sealed class ShuffleEngine : IAsyncDisposable
{
    private const int SlabBytes = 256 << 10;

    /// <summary>Puts a store together.</summary>
    public ShuffleEngine(IObjectStore objects, ShuffleEngineOptions? options = null, TimeProvider? timeProvider = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(objects);
        options ??= new ShuffleEngineOptions();
        timeProvider ??= TimeProvider.System;
        Objects = new CountingObjectStore(objects);
        Markers = new RunMarkers(Objects, timeProvider);
        Records = new RecordStore(Objects, Markers);
        Schemas = new SchemaAgreement(Records);
        Commits = new CommitStore(Records, Schemas);
        Seals = new SealStore(Records, Commits);
        Slabs = new SlabPool(SlabBytes);
        Reader = new SealReader(Objects, Commits, Seals, Slabs, options.Serving);
        ReadGuard = new StallGuard(Reader.Budget, options.Serving.Patience, timeProvider, logger ?? NullLogger.Instance);
        Verifier = new RunVerifier(Records, Commits, Reader);
        Collector = new RunCollector(Objects, Markers);
        Orphans = new OrphanCollector(Objects, Records, Commits);
        Ingestor = new Ingestor(Objects, Markers, Slabs, options.Ingest, timeProvider, logger ?? NullLogger.Instance);
    }

    /// <summary>Counts of the requests made to the object store.</summary>
    public ObjectStoreCounters Counters => Objects.Counters;

    /// <summary>The memory of blocks, those not yet durable and those being served.</summary>
    internal SlabPool Slabs { get; }

    internal CountingObjectStore Objects { get; }

    internal RunMarkers Markers { get; }

    internal RecordStore Records { get; }

    internal SchemaAgreement Schemas { get; }

    internal CommitStore Commits { get; }

    internal SealStore Seals { get; }

    internal SealReader Reader { get; }

    /// <summary>Sees to it that readers who take nothing do not keep the others from memory.</summary>
    internal StallGuard ReadGuard { get; }

    internal RunVerifier Verifier { get; }

    internal RunCollector Collector { get; }

    internal OrphanCollector Orphans { get; }

    internal Ingestor Ingestor { get; }

    /// <summary>Admits a writer of one output.</summary>
    internal async Task<IngestSession> OpenAsync(WriteTarget target, ReadOnlyMemory<byte> schema, CancellationToken cancellationToken)
    {
        CommitValidation.Require(target, schema);
        var attempt = target.Writer.Attempt;
        var output = new OutputId(attempt.Task, target.Output);
        await Schemas.CheckAsync(attempt.Run, output, target.TaskDefinition, schema, cancellationToken);
        var source = new BlockSource(output, attempt.Index, attempt.Generation, attempt.Attempt, target.Writer.Incarnation);
        return Ingestor.Open(attempt.Run, source, target.PartitionCount);
    }

    /// <summary>Deletes a run and forgets what is known of it; writers of the run that are connected here are broken first.</summary>
    public async Task DeleteRunAsync(string run, CancellationToken cancellationToken)
    {
        RecordStore.RequireRun(run);
        await Ingestor.AbortAsync(run);
        Schemas.Forget(run);
        Reader.Forget(run);
        await Collector.DeleteAsync(run, cancellationToken);
        Schemas.Forget(run);
        Reader.Forget(run);
    }

    /// <summary>Deletes the runs whose first record is older than a time.</summary>
    public async Task<IReadOnlyList<string>> SweepAsync(DateTimeOffset olderThan, CancellationToken cancellationToken)
    {
        var old = new List<string>();
        await foreach (var entry in Markers.ListAsync(cancellationToken))
        {
            if (entry.Created < olderThan)
            {
                old.Add(entry.Run);
            }
        }

        foreach (var run in old)
        {
            await DeleteRunAsync(run, cancellationToken);
        }

        return old;
    }

    /// <summary>Writes out what the windows hold. The object store stays open.</summary>
    public ValueTask DisposeAsync()
    {
        ReadGuard.Dispose();
        return Ingestor.DisposeAsync();
    }
}
