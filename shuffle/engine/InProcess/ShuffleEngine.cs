using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Buffers;
using Executor.Shuffle.Engine.Collection;
using Executor.Shuffle.Engine.Commits;
using Executor.Shuffle.Engine.Ingest;
using Executor.Shuffle.Engine.Metrics;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Records;
using Executor.Shuffle.Engine.Segments;
using Executor.Shuffle.Engine.Serving;
using Executor.Shuffle.Engine.Usage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Executor.Shuffle.Engine.InProcess;

/// <summary>The parts of a store, put together over one object store, which it does not own. Thread-safe.</summary>
public sealed class ShuffleEngine : IAsyncDisposable
{
    private const int SlabBytes = 256 << 10;

    private readonly UsageMeter _usageMeter = new();
    private readonly ConcurrentQueue<(string Name, ByteBudget Budget)> _budgets = [];

    /// <summary>Puts a store together.</summary>
    public ShuffleEngine(IObjectStore objects, ShuffleEngineOptions? options = null, TimeProvider? timeProvider = null, ILogger? logger = null)
        : this(objects, options, timeProvider, logger, new StoreInstruments())
    {
    }

    /// <summary>Puts a store together that measures itself with the given instruments, which become its own.</summary>
    internal ShuffleEngine(
        IObjectStore objects, ShuffleEngineOptions? options, TimeProvider? timeProvider, ILogger? logger, StoreInstruments instruments)
    {
        ArgumentNullException.ThrowIfNull(objects);
        Instruments = instruments;
        options ??= new ShuffleEngineOptions();
        timeProvider ??= TimeProvider.System;
        Objects = new MeteredObjectStore(objects, instruments, _usageMeter);
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
        Usage = new UsageRecords(Objects, Records, Collector, _usageMeter);
        Orphans = new OrphanCollector(Objects, Records, Commits);
        Ingestor = new Ingestor(Objects, Markers, Slabs, options.Ingest, instruments, timeProvider, logger ?? NullLogger.Instance);
        ObserveState(options);
    }

    /// <summary>Counts of the requests made to the object store.</summary>
    public ObjectStoreCounters Counters => Objects.Counters;

    /// <summary>What the store measures of itself.</summary>
    internal StoreInstruments Instruments { get; }

    /// <summary>The memory of blocks, those not yet durable and those being served.</summary>
    internal SlabPool Slabs { get; }

    internal MeteredObjectStore Objects { get; }

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

    /// <summary>What runs cost.</summary>
    internal UsageRecords Usage { get; }

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

    /// <summary>Tries to make a commit the one that stands.</summary>
    internal async Task<CommitAnswer> CommitAsync(CommitRecord commit, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var answer = await Commits.CommitAsync(commit, cancellationToken);
        Instruments.Committed(answer.Won, Stopwatch.GetElapsedTime(began));
        return answer;
    }

    /// <summary>Adds one of the store's budgets to what is measured.</summary>
    internal void ObserveBudget(string name, ByteBudget budget) => _budgets.Enqueue((name, budget));

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
        _usageMeter.Forget(run);
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

    /// <inheritdoc cref="Ingest.Ingestor.DrainAsync"/>
    internal Task<bool> DrainAsync(CancellationToken cancellationToken) => Ingestor.DrainAsync(cancellationToken);

    /// <summary>Writes out what the windows hold. The object store stays open.</summary>
    public async ValueTask DisposeAsync()
    {
        await Ingestor.DisposeAsync();
        Close();
    }

    /// <summary>Ends what watches and measures. Windows that were not written out are lost: for who has drained, or will not wait.</summary>
    internal void Close()
    {
        ReadGuard.Dispose();
        Instruments.Dispose();
    }

    private void ObserveState(ShuffleEngineOptions options)
    {
        ObserveBudget("ingest", Ingestor.Budget);
        ObserveBudget("read", Reader.Budget);
        Instruments.ObserveGauge("executor.store.open.streams", null, "Writers that are connected.", () => [new(Ingestor.OpenStreams)]);
        Instruments.ObserveGauge("executor.store.windows", null, "Runs that have a window.", () => [new(Ingestor.Windows.Runs)]);
        Instruments.ObserveGauge(
            "executor.store.windows.pending", "By", "Bytes in all windows that are in no segment yet.", () => [new(Ingestor.Windows.PendingBytes)]);
        Instruments.ObserveGauge("executor.store.window.capacity", "By", "The size of a full window.", () => [new(options.Ingest.WindowBytes)]);
        Instruments.ObserveGauge("executor.store.budget.capacity", "By", "The sizes of the budgets.", () => OfBudgets(budget => budget.Capacity));
        Instruments.ObserveGauge("executor.store.budget.used", "By", "What is in use of the budgets.", () => OfBudgets(budget => budget.Used));
        Instruments.ObserveGauge("executor.store.budget.waiting", null, "How many wait for a budget.", () => OfBudgets(budget => (long)budget.Waiting));
        Instruments.ObserveCounter(
            "executor.store.budget.waits", null, "How often somebody had to wait for a budget.", () => OfBudgets(budget => (double)budget.Waits.Count));
        Instruments.ObserveCounter(
            "executor.store.budget.wait", "s", "How long all together have waited for a budget.", () => OfBudgets(budget => budget.Waits.Time.TotalSeconds));
    }

    private IEnumerable<Measurement<T>> OfBudgets<T>(Func<ByteBudget, T> value)
        where T : struct =>
        _budgets.Select(entry => new Measurement<T>(value(entry.Budget), new KeyValuePair<string, object?>("budget", entry.Name)));
}
