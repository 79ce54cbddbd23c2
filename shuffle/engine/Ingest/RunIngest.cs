using System.Security.Cryptography;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Buffers;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Records;
using Executor.Shuffle.Engine.Segments;
using Microsoft.Extensions.Logging;

namespace Executor.Shuffle.Engine.Ingest;

/// <summary>
/// One run's window at work: gives <see cref="IngestWindow{TPayload}"/> its clock, its lock, its memory and its writes, and decides nothing.
/// </summary>
internal sealed partial class RunIngest : IDisposable
{
    private const int SegmentNameDigits = 20;

    // What a block takes beside its bytes until it is durable: its place in the window, in the cut and in the segment's sequence of memory.
    private const int BookkeepingBytes = 768;

    private readonly Lock _lock = new();
    private readonly RunIngestServices _services;
    private readonly IngestWindow<PooledPayload> _window;
    private readonly SlabArena _arena;
    private readonly Dictionary<int, IngestSession> _streams = [];
    private readonly HashSet<Task> _writes = [];
    private readonly ITimer _timer;
    private long? _openedAt;
    private bool _lingers;

    internal RunIngest(string run, RunIngestServices services)
    {
        Run = run;
        _services = services;
        _window = new IngestWindow<PooledPayload>(services.Options.WindowBytes);
        _arena = new SlabArena(services.Slabs);
        _timer = services.TimeProvider.CreateTimer(_ => CutNow(_lingers ? CutReason.Linger : CutReason.Age), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    internal string Run { get; }

    /// <summary>What a block takes of the byte budget, from before its bytes are copied until it is durable or given up.</summary>
    internal static long Charge(int length) => SegmentLayout.BlockBytes(length) + BookkeepingBytes;

    internal long PendingBytes
    {
        get
        {
            lock (_lock)
            {
                return _window.PendingBytes;
            }
        }
    }

    internal bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return _streams.Count == 0 && _writes.Count == 0 && _window.PendingBlocks == 0;
            }
        }
    }

    internal IngestSession Open(BlockSource source, int partitionCount, Action closed)
    {
        lock (_lock)
        {
            var stream = new IngestSession(this, _window.Open(source), source, partitionCount, closed);
            _streams.Add(stream.Number, stream);
            return stream;
        }
    }

    /// <summary>Memory for a payload, once the budget has room.</summary>
    internal async ValueTask<PooledPayload> TakeAsync(int length, CancellationToken cancellationToken)
    {
        await _services.Budget.ReserveAsync(Run, Charge(length), cancellationToken);
        return _arena.Take(length);
    }

    /// <summary>Gives memory back that did not get into the window.</summary>
    internal void Discard(PooledPayload payload)
    {
        var length = (int)payload.Bytes.Length;
        payload.Release();
        _services.Budget.Release(Run, Charge(length));
    }

    internal void Offer(IngestSession stream, in BlockHeader header, PooledPayload payload)
    {
        lock (_lock)
        {
            stream.ThrowIfBroken();
            _window.Offer(stream.Number, header, payload);
            Advance();
        }

        _services.Instruments.BlockReceived(header.Length);

        if (_services.Budget.IsContended)
        {
            // Somebody may have begun to wait while this block was not in the window yet, where it could have been cut.
            _services.Contended();
        }
    }

    internal void Wait(IngestSession stream)
    {
        lock (_lock)
        {
            stream.ThrowIfBroken();
            _window.Wait(stream.Number);
            Advance();
        }
    }

    internal void End(IngestSession stream)
    {
        lock (_lock)
        {
            stream.ThrowIfBroken();
            _window.End(stream.Number);
            Advance();
        }
    }

    internal void Close(int stream)
    {
        lock (_lock)
        {
            _window.Close(stream);
            _streams.Remove(stream);
            Advance();
        }

        _services.Settled(this);
    }

    internal void CutNow(string reason)
    {
        lock (_lock)
        {
            Cut(reason);
        }
    }

    /// <summary>Breaks the sessions and returns once nothing is being written any more.</summary>
    internal async Task AbortAsync(ShuffleException reason)
    {
        Break(reason);
        await WriteOutAsync();
    }

    /// <summary>Takes nothing more, writes what is pending, acknowledges it, then breaks the sessions.</summary>
    /// <returns>False if it was not all written when the token was cancelled. The sessions are broken all the same.</returns>
    internal async Task<bool> DrainAsync(ShuffleException reason, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var stream in _streams.Values)
            {
                stream.Refuse(reason);
            }
        }

        try
        {
            await WriteOutAsync().WaitAsync(cancellationToken);
            Break(reason);

            // Blocks that were on their way into the window when it was cut.
            await WriteOutAsync().WaitAsync(cancellationToken);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Break(reason);
            return false;
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _arena.Dispose();
    }

    private void Break(ShuffleException reason)
    {
        lock (_lock)
        {
            foreach (var stream in _streams.Values)
            {
                stream.Break(reason);
            }
        }
    }

    private async Task WriteOutAsync()
    {
        Task[] writes;
        lock (_lock)
        {
            Cut(CutReason.Closing);
            writes = [.. _writes];
        }

        await Task.WhenAll(writes);
    }

    /// <summary>Under the lock: cuts if it is time, else sees to the timer.</summary>
    private void Advance()
    {
        if (_window.IsDue)
        {
            Cut(_window.IsFull ? CutReason.Full : CutReason.Awaited);
            return;
        }

        if (_window.PendingBlocks == 0)
        {
            return;
        }

        if (_openedAt is null)
        {
            _openedAt = _services.TimeProvider.GetTimestamp();
            _lingers = false;
            _timer.Change(_services.Options.MaximumAge, Timeout.InfiniteTimeSpan);
        }

        if (!_lingers && _window.IsAwaited)
        {
            _lingers = true;
            var left = Left(_openedAt.Value);
            _timer.Change(left < _services.Options.Linger ? left : _services.Options.Linger, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>How long a window that was opened then may still wait.</summary>
    private TimeSpan Left(long openedAt)
    {
        var left = _services.Options.MaximumAge - _services.TimeProvider.GetElapsedTime(openedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Under the lock: what ended streams wait for goes first and by itself where that is faster for them.</summary>
    private void Cut(string reason)
    {
        if (_window.PendingBlocks == 0)
        {
            return;
        }

        // A full or awaited window may be cut before its timer was set.
        var openedAt = _openedAt ?? _services.TimeProvider.GetTimestamp();
        if (_window.CutEnded() is { } ended)
        {
            Write(ended, reason, openedAt);
            if (reason == CutReason.Linger && !_window.IsAwaited)
            {
                _lingers = false;
                _timer.Change(Left(openedAt), Timeout.InfiniteTimeSpan);
                return;
            }
        }

        _openedAt = null;
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (_window.Cut() is { } cut)
        {
            Write(cut, reason, openedAt);
        }
    }

    private void Write(WindowCut<PooledPayload> cut, string reason, long openedAt)
    {
        _services.Writing(1);
        var write = Task.Run(() => WriteAsync(cut, reason, openedAt));
        _writes.Add(write);
        write.ContinueWith(Settle, TaskScheduler.Default);
    }

    private void Settle(Task write)
    {
        lock (_lock)
        {
            _writes.Remove(write);
        }

        _services.Writing(-1);
        _services.Settled(this);
    }

    private async Task WriteAsync(WindowCut<PooledPayload> cut, string reason, long openedAt)
    {
        long? written = null;
        var name = RandomNumberGenerator.GetHexString(SegmentNameDigits, lowercase: true);
        try
        {
            var content = SegmentWriter.Write(
                [.. cut.Blocks.Select(block => new SegmentBlock(block.Source, block.Header, block.Payload.Bytes))]);
            await _services.Markers.EnsureAsync(Run, CancellationToken.None);
            await _services.Objects.PutAsync(ObjectKeys.Segment(Run, name), content, CancellationToken.None);
            Complete(cut, name);
            written = content.Length;
            _services.Instruments.Acknowledged(_services.TimeProvider.GetElapsedTime(openedAt));
        }
        catch (ObjectStoreException exception)
        {
            SegmentNotWritten(_services.Logger, Run, cut.Blocks.Count, exception.Error, exception.Message);
            Fail(cut, StoreFailure.From(exception));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Whatever it was, the senders must not wait for an acknowledgement that never comes.
            SegmentNotWritten(_services.Logger, Run, cut.Blocks.Count, ObjectStoreError.Failed, exception.ToString());
            Fail(cut, new ShuffleException(ShuffleError.Internal, "a segment could not be written", exception));
        }
        finally
        {
            long bytes = 0;
            foreach (var block in cut.Blocks)
            {
                bytes += Charge(block.Header.Length);
                block.Payload.Release();
            }

            _services.Budget.Release(Run, bytes);
            _services.Instruments.SegmentEnded(reason, written, _services.Options.WindowBytes);
        }
    }

    private void Complete(WindowCut<PooledPayload> cut, string name)
    {
        lock (_lock)
        {
            foreach (var acknowledgement in _window.Complete(cut.Number, name))
            {
                _streams[acknowledgement.Stream].Acknowledge(acknowledgement);
            }

            Advance();
        }
    }

    private void Fail(WindowCut<PooledPayload> cut, ShuffleException reason)
    {
        lock (_lock)
        {
            foreach (var stream in _window.Fail(cut.Number))
            {
                _streams[stream].Break(reason);
            }

            Advance();
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "run {Run}: a segment of {Blocks} blocks was not written ({Error}): {Reason}")]
    private static partial void SegmentNotWritten(ILogger logger, string run, int blocks, ObjectStoreError error, string reason);
}
