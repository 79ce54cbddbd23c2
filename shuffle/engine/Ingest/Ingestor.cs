using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Buffers;
using Executor.Shuffle.Engine.Metrics;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Records;
using Executor.Shuffle.Engine.Segments;
using Microsoft.Extensions.Logging;

namespace Executor.Shuffle.Engine.Ingest;

/// <summary>Takes in the blocks of all runs: one window per run, one byte budget over all of them. Thread-safe.</summary>
public sealed class Ingestor : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, RunIngest> _runs = new(StringComparer.Ordinal);
    private readonly RunIngestServices _services;
    private readonly IngestOptions _options;
    private int _openStreams;
    private int _writes;
    private bool _draining;

    /// <summary>Makes an ingestor that writes to an object store and keeps blocks in a pool's slabs.</summary>
    internal Ingestor(
        IObjectStore objects, RunMarkers markers, SlabPool slabs, IngestOptions options, StoreInstruments instruments, TimeProvider timeProvider, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        Budget = new ByteBudget(options.BudgetBytes);
        Budget.Exhausted += Relieve;
        _services = new RunIngestServices(
            objects, markers, Budget, slabs, options, timeProvider, logger)
        {
            Instruments = instruments,
            Settled = Settled,
            Contended = Relieve,
            Writing = change => Interlocked.Add(ref _writes, change),
        };
    }

    /// <summary>The bytes of blocks that are not durable yet.</summary>
    public ByteBudget Budget { get; }

    /// <summary>Streams that are open.</summary>
    public int OpenStreams => Volatile.Read(ref _openStreams);

    /// <summary>The runs that have a window, and the bytes that lie in all windows and in no segment that is being written.</summary>
    internal (int Runs, long PendingBytes) Windows
    {
        get
        {
            lock (_lock)
            {
                return (_runs.Count, _runs.Values.Sum(run => run.PendingBytes));
            }
        }
    }

    /// <summary>
    /// Admits a stream. Fails with <see cref="ShuffleError.ResourceExhausted"/> if too many are open, <see cref="ShuffleError.Unavailable"/>
    /// while the store is being shut down.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="source">Whose blocks will come.</param>
    /// <param name="partitionCount">The output's partitions; blocks of others are refused.</param>
    public IngestSession Open(string run, BlockSource source, int partitionCount)
    {
        RecordStore.RequireRun(run);
        lock (_lock)
        {
            if (_draining)
            {
                throw new ShuffleException(ShuffleError.Unavailable, "the store is being shut down");
            }

            if (_openStreams >= _options.MaxOpenStreams)
            {
                throw new ShuffleException(ShuffleError.ResourceExhausted, $"{_openStreams} streams are open, as many as are allowed")
                {
                    RetryAfter = TimeSpan.FromSeconds(1),
                };
            }

            _openStreams++;
            if (!_runs.TryGetValue(run, out var ingest))
            {
                _runs.Add(run, ingest = new RunIngest(run, _services));
            }

            return ingest.Open(source, partitionCount, () => Interlocked.Decrement(ref _openStreams));
        }
    }

    /// <summary>Breaks all streams of a run, because it is being deleted.</summary>
    public async Task AbortAsync(string run)
    {
        RunIngest? ingest;
        lock (_lock)
        {
            _runs.Remove(run, out ingest);
        }

        if (ingest is not null)
        {
            await ingest.AbortAsync(new ShuffleException(ShuffleError.NotFound, $"run {run} was deleted"));
            ingest.Dispose();
        }
    }

    /// <inheritdoc cref="DrainAsync"/>
    public async ValueTask DisposeAsync() => await DrainAsync(CancellationToken.None);

    /// <summary>
    /// Refuses new streams and further blocks, writes what the windows hold, acknowledges it and then breaks the streams that are open with
    /// <see cref="ShuffleError.Unavailable"/>. Repeatable.
    /// </summary>
    /// <param name="cancellationToken">Breaks them although not all is written: it may yet be, but nobody is told.</param>
    /// <returns>False if it was cancelled before all was written.</returns>
    public async Task<bool> DrainAsync(CancellationToken cancellationToken)
    {
        List<RunIngest> runs;
        lock (_lock)
        {
            _draining = true;
            runs = [.. _runs.Values];
            _runs.Clear();
        }

        var reason = new ShuffleException(ShuffleError.Unavailable, "the store is being shut down");
        var written = await Task.WhenAll(runs.Select(run => run.DrainAsync(reason, cancellationToken)));
        runs.ForEach(run => run.Dispose());
        return Array.TrueForAll(written, isAll => isAll);
    }

    private void Settled(RunIngest ingest)
    {
        lock (_lock)
        {
            if (ingest.IsIdle && _runs.TryGetValue(ingest.Run, out var current) && current == ingest)
            {
                _runs.Remove(ingest.Run);
                ingest.Dispose();
            }
        }

        Relieve();
    }

    /// <summary>
    /// Sees to it that who waits for memory will get some: where nothing is being written, the fullest window is, which frees the most with
    /// one request. Where something is being written, its end frees memory, and windows go on filling up.
    /// </summary>
    private void Relieve()
    {
        if (!Budget.IsContended || Volatile.Read(ref _writes) > 0)
        {
            return;
        }

        RunIngest? largest;
        lock (_lock)
        {
            largest = _runs.Values.MaxBy(run => run.PendingBytes);
        }

        largest?.CutNow(CutReason.Memory);
    }
}
