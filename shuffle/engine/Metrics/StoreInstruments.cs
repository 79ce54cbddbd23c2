using System.Diagnostics.Metrics;

namespace Executor.Shuffle.Engine.Metrics;

/// <summary>
/// What a store measures of itself. Labels are kinds and results, never runs, tasks or callers. Costs next to nothing while nobody listens.
/// Thread-safe.
/// </summary>
internal sealed class StoreInstruments : IDisposable
{
    private static readonly double[] WaitBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
    private static readonly double[] FillBounds = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1];

    private readonly Meter _meter = new("Executor.ShuffleStore");
    private readonly Counter<long> _receivedBytes;
    private readonly Counter<long> _receivedBlocks;
    private readonly Counter<long> _sentBytes;
    private readonly Counter<long> _sentBlocks;
    private readonly Counter<long> _segments;
    private readonly Counter<long> _segmentBytes;
    private readonly Histogram<double> _segmentFill;
    private readonly Histogram<double> _acknowledge;
    private readonly Histogram<double> _firstBlock;
    private readonly Histogram<double> _commit;
    private readonly Counter<long> _commits;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _rejected;
    private readonly Histogram<double> _operations;
    private readonly Counter<long> _operationResults;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _retries;

    internal StoreInstruments()
    {
        _receivedBytes = _meter.CreateCounter<long>("executor.store.received", "By", "Payload bytes of blocks that writers have sent.");
        _receivedBlocks = _meter.CreateCounter<long>("executor.store.received.blocks", null, "Blocks that writers have sent.");
        _sentBytes = _meter.CreateCounter<long>("executor.store.sent", "By", "Payload bytes of blocks that were served to readers.");
        _sentBlocks = _meter.CreateCounter<long>("executor.store.sent.blocks", null, "Blocks that were served to readers.");
        _segments = _meter.CreateCounter<long>("executor.store.segments", null, "Segments by what made the window be cut, and whether they were written.");
        _segmentBytes = _meter.CreateCounter<long>("executor.store.segment", "By", "Bytes of segments that were written.");
        _segmentFill = Distribution("executor.store.segment.fill.ratio", null, "Size of segments as a part of a full window.", FillBounds);
        _acknowledge = Distribution(
            "executor.store.acknowledge", "s", "Time from a window's first block until what it held was durable and acknowledged.", WaitBounds);
        _firstBlock = Distribution("executor.store.first.block", "s", "Time from a read's beginning until its first block was sent.", WaitBounds);
        _commit = Distribution("executor.store.commit", "s", "Time that commits took, lost ones too.", WaitBounds);
        _commits = _meter.CreateCounter<long>("executor.store.commits", null, "Commits that stand (won), repeated ones too, and those that came after another writer's (lost).");
        _calls = _meter.CreateCounter<long>("executor.store.calls", null, "Calls that have ended, by the name of the call or action and by gRPC status.");
        _rejected = _meter.CreateCounter<long>("executor.store.rejected.calls", null, "Calls that were refused, by reason.");
        _operations = Distribution("executor.store.object.operation", "s", "Time that operations on the object store took, their retries included.", WaitBounds);
        _operationResults = _meter.CreateCounter<long>("executor.store.object.operations", null, "Operations on the object store.");
        _requests = _meter.CreateCounter<long>("executor.store.object.requests", null, "Requests to the object store: what its owner is billed for.");
        _retries = _meter.CreateCounter<long>("executor.store.object.retries", null, "Those of the requests that repeat one that has failed.");
    }

    /// <summary>Whose instruments these are.</summary>
    internal Meter Meter => _meter;

    /// <summary>Notes a block that is in a window.</summary>
    internal void BlockReceived(int bytes)
    {
        _receivedBlocks.Add(1);
        _receivedBytes.Add(bytes);
    }

    /// <summary>Notes a block that a reader was given.</summary>
    internal void BlockSent(int bytes)
    {
        _sentBlocks.Add(1);
        _sentBytes.Add(bytes);
    }

    /// <summary>Notes the end of a segment's writing.</summary>
    /// <param name="reason">What made the window be cut.</param>
    /// <param name="bytes">The segment's size; null where it could not be written.</param>
    /// <param name="windowBytes">The size of a full window.</param>
    internal void SegmentEnded(string reason, long? bytes, long windowBytes)
    {
        _segments.Add(1, new("reason", reason), new("result", bytes is null ? "failed" : "written"));
        if (bytes is { } written)
        {
            _segmentBytes.Add(written);
            _segmentFill.Record((double)written / windowBytes);
        }
    }

    /// <summary>Notes how long a window's first block had to wait for its acknowledgement.</summary>
    internal void Acknowledged(TimeSpan waited) => _acknowledge.Record(waited.TotalSeconds);

    /// <summary>Notes how long a reader had to wait for its first block.</summary>
    internal void FirstBlockSent(TimeSpan waited) => _firstBlock.Record(waited.TotalSeconds);

    /// <summary>Notes an answered commit.</summary>
    internal void Committed(bool won, TimeSpan took)
    {
        _commits.Add(1, new KeyValuePair<string, object?>("result", won ? "won" : "lost"));
        _commit.Record(took.TotalSeconds);
    }

    /// <summary>Notes the end of a call.</summary>
    /// <param name="call">One of a fixed set of names.</param>
    /// <param name="status">The gRPC status.</param>
    internal void CallEnded(string call, string status) => _calls.Add(1, new("call", call), new("status", status));

    /// <summary>Notes a call that was refused.</summary>
    /// <param name="reason">One of a fixed set of reasons.</param>
    internal void CallRejected(string reason) => _rejected.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Notes the end of an operation on the object store.</summary>
    internal void OperationEnded(string operation, string result, TimeSpan took)
    {
        _operationResults.Add(1, new("operation", operation), new("result", result));
        _operations.Record(took.TotalSeconds, new KeyValuePair<string, object?>("operation", operation));
    }

    /// <summary>Notes a request to the object store.</summary>
    internal void RequestEnded(string method, bool succeeded, bool isRetry)
    {
        _requests.Add(1, new("method", method), new("result", succeeded ? "ok" : "failed"));
        if (isRetry)
        {
            _retries.Add(1, new KeyValuePair<string, object?>("method", method));
        }
    }

    /// <summary>Adds a value that is asked for whenever somebody wants to see it. What it returns may take part of the labels' values.</summary>
    internal void ObserveGauge(string name, string? unit, string description, Func<IEnumerable<Measurement<long>>> values) =>
        _meter.CreateObservableGauge(name, values, unit, description);

    /// <summary>Adds a sum that only grows and is asked for whenever somebody wants to see it.</summary>
    internal void ObserveCounter(string name, string? unit, string description, Func<IEnumerable<Measurement<double>>> values) =>
        _meter.CreateObservableCounter(name, values, unit, description);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private Histogram<double> Distribution(string name, string? unit, string description, double[] bounds) =>
        _meter.CreateHistogram(name, unit, description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}
