using System.Globalization;
using System.Text;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Segments;

namespace Executor.Shuffle.Engine.Ingest;

/// <summary>
/// Collects the blocks of one run's streams and decides what goes into which segment and what may be acknowledged when. A deterministic state
/// machine: it has no clock, no threads, no randomness and does no I/O; the same calls lead to the same state. Not thread-safe.
/// </summary>
/// <remarks>
/// The rule that everything else serves: a block is acknowledged only by the completion of the cut that contains it, and only after every
/// earlier block of its stream. A cut takes all or nothing of what a stream has pending. Memory of blocks belongs to the caller.
/// </remarks>
/// <typeparam name="TPayload">What the caller keeps of a block's payload.</typeparam>
/// <param name="capacityBytes">How many bytes, as they will lie in a segment, make the window full.</param>
public sealed class IngestWindow<TPayload>(long capacityBytes)
{
    // An object more is worth it where it is small and the others would take a bucket a good part of a tenth of a second.
    private readonly long _fewBytes = capacityBytes / 64;
    private readonly long _manyBytes = capacityBytes / 8;

    private readonly SortedDictionary<int, StreamState> _streams = [];
    private readonly SortedDictionary<int, List<int>> _inFlight = [];
    private List<PendingBlock<TPayload>> _pending = [];
    private int _nextStream;
    private int _nextCut;
    private int _sending;
    private long _departedBytes;

    /// <summary>Bytes of the blocks that are in no cut yet, as they will lie in a segment.</summary>
    public long PendingBytes { get; private set; }

    /// <summary>Blocks that are in no cut yet.</summary>
    public int PendingBlocks => _pending.Count;

    /// <summary>Cuts that are neither completed nor failed.</summary>
    public int InFlightCuts => _inFlight.Count;

    /// <summary>Streams that are not closed.</summary>
    public int OpenStreams => _streams.Count;

    /// <summary>True if an open stream waits for the acknowledgement of a block that is in no cut yet: the linger time runs.</summary>
    public bool IsAwaited =>
        _sending < _streams.Count && _streams.Values.Any(stream => stream is { Waiting: true, Broken: false, PendingBytes: > 0 });

    /// <summary>
    /// True once the window should be cut: it is full, or it holds something and every open stream waits, so that nothing more would come.
    /// </summary>
    public bool IsDue => _pending.Count > 0 && (IsFull || _sending == 0);

    /// <summary>
    /// True once the blocks that came since the last <see cref="Cut"/> make up the capacity. Those that <see cref="CutEnded"/> took count too:
    /// they may share memory with what is left, which must not be held longer than a window takes to fill.
    /// </summary>
    public bool IsFull => PendingBytes + _departedBytes >= capacityBytes;

    /// <summary>Admits a stream of one writer's blocks for one output, which may begin at any sequence.</summary>
    /// <returns>The stream's number; numbers ascend.</returns>
    public int Open(BlockSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        _streams.Add(_nextStream, new StreamState(source));
        _sending++;
        return _nextStream++;
    }

    /// <summary>Takes the next block of a stream.</summary>
    /// <exception cref="ShuffleException"><see cref="ShuffleError.Invalid"/>: its sequence does not follow, or the stream is not open.</exception>
    public void Offer(int stream, in BlockHeader header, TPayload payload)
    {
        var state = Live(stream);
        if (state.Ended)
        {
            throw new ShuffleException(ShuffleError.Invalid, $"{state.Source}: block {header.Sequence} arrived behind the stream's end");
        }

        if (header.Index != state.Source.Index)
        {
            throw new ShuffleException(ShuffleError.Invalid, $"{state.Source}: a block of index {header.Index} arrived");
        }

        if (header.Sequence < 0 || (state.Next is { } next && header.Sequence != next))
        {
            throw new ShuffleException(
                ShuffleError.Invalid, $"{state.Source}: block {header.Sequence} arrived, expected {state.Next?.ToString() ?? "0 or more"}");
        }

        state.Next = header.Sequence + 1;
        SetWaiting(state, false);
        state.PendingBytes += Bytes(header);
        _pending.Add(new PendingBlock<TPayload>(stream, state.Source, header, payload));
        PendingBytes += Bytes(header);
    }

    /// <summary>Notes that a stream's sender will send nothing before its next acknowledgement, because it is out of credit.</summary>
    public void Wait(int stream) => SetWaiting(Live(stream), true);

    /// <summary>Notes that a stream's sender will send nothing more at all, and waits for the rest of its acknowledgements.</summary>
    public void End(int stream)
    {
        var state = Live(stream);
        state.Ended = true;
        SetWaiting(state, true);
    }

    /// <summary>
    /// Takes the blocks of ended streams out of the window where they are few beside those of others: somebody waits to commit them, and should not
    /// wait for the others' bytes to be written.
    /// </summary>
    /// <returns>
    /// What to write as one segment, sorted; null if there is nothing, or if it is more than a 64th of the capacity, or the others' is no more than an eighth.
    /// Answer with <see cref="Complete"/> or <see cref="Fail"/>.
    /// </returns>
    public WindowCut<TPayload>? CutEnded()
    {
        var bytes = _streams.Values.Sum(stream => stream.Ended ? stream.PendingBytes : 0);
        if (bytes == 0 || bytes > _fewBytes || PendingBytes - bytes <= _manyBytes)
        {
            return null;
        }

        var ended = _pending.ToLookup(block => _streams.TryGetValue(block.Stream, out var stream) && stream.Ended);
        _pending = [.. ended[false]];
        PendingBytes -= bytes;
        _departedBytes += bytes;
        return Take([.. ended[true]]);
    }

    /// <summary>
    /// Takes everything pending out of the window.
    /// </summary>
    /// <returns>What to write as one segment, sorted; null if there is nothing. Answer with <see cref="Complete"/> or <see cref="Fail"/>.</returns>
    public WindowCut<TPayload>? Cut()
    {
        if (_pending.Count == 0)
        {
            return null;
        }

        var taken = _pending;
        _pending = [];
        (PendingBytes, _departedBytes) = (0, 0);
        return Take(taken);
    }

    /// <summary>Notes that a cut is durable.</summary>
    /// <param name="cut">The cut's number.</param>
    /// <param name="segment">The name of the segment that holds it.</param>
    /// <returns>What to acknowledge, ascending by stream.</returns>
    public IReadOnlyList<Acknowledgement> Complete(int cut, string segment)
    {
        var acknowledgements = new List<Acknowledgement>();
        foreach (var number in StreamsOf(cut))
        {
            if (!_streams.TryGetValue(number, out var state))
            {
                continue;
            }

            foreach (var entry in state.Cuts.Where(entry => entry.Cut == cut))
            {
                entry.Segment = segment;
            }

            var durable = -1;
            var segments = new List<string>();
            while (state.Cuts.TryPeek(out var first) && first.Segment is { } name)
            {
                durable = first.LastSequence;
                segments.Add(name);
                state.Cuts.Dequeue();
            }

            if (segments.Count > 0 && !state.Broken)
            {
                SetWaiting(state, state.Ended);
                acknowledgements.Add(new Acknowledgement(number, durable, segments));
            }
        }

        return acknowledgements;
    }

    /// <summary>Notes that a cut was not written and never will be: its streams are broken, and their senders have to begin new ones.</summary>
    /// <returns>The open streams that broke just now, ascending.</returns>
    public IReadOnlyList<int> Fail(int cut)
    {
        var broken = new List<int>();
        foreach (var number in StreamsOf(cut))
        {
            if (_streams.TryGetValue(number, out var state) && !state.Broken)
            {
                SetWaiting(state, true);
                state.Broken = true;
                state.Cuts.Clear();
                broken.Add(number);
            }
        }

        return broken;
    }

    /// <summary>Notes that a stream has gone, with or without its end. What it offered is written all the same.</summary>
    public void Close(int stream)
    {
        if (_streams.Remove(stream, out var state))
        {
            SetWaiting(state, true);
        }
    }

    /// <summary>The whole state as text: two windows of equal capacity and text behave alike, but for the numbers they give out.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (number, state) in _streams)
        {
            text.Append(CultureInfo.InvariantCulture, $"{number}:{state.Source} next {state.Next} {(state.Ended ? 'e' : state.Waiting ? 'w' : 's')}{(state.Broken ? 'b' : 'o')}");
            foreach (var cut in state.Cuts)
            {
                text.Append(CultureInfo.InvariantCulture, $" {cut.Cut}<={cut.LastSequence}={cut.Segment}");
            }

            text.Append('\n');
        }

        foreach (var block in _pending)
        {
            text.Append(CultureInfo.InvariantCulture, $"{block.Stream}:{block.Source} {block.Header}\n");
        }

        return text.AppendJoin(',', _inFlight.Keys).Append(CultureInfo.InvariantCulture, $" departed {_departedBytes}").ToString();
    }

    private static long Bytes(in BlockHeader header) => SegmentLayout.BlockBytes(header.Length) + SegmentLayout.RunBytes;

    private WindowCut<TPayload> Take(List<PendingBlock<TPayload>> taken)
    {
        var blocks = BlockOrder.Sort(taken, block => block.Source, block => (block.Header.Partition, block.Header.Sequence));
        var touched = new SortedSet<int>(taken.Select(block => block.Stream));
        foreach (var number in touched)
        {
            // A closed stream may have gone since; its blocks are written all the same and acknowledged to nobody.
            if (_streams.TryGetValue(number, out var state))
            {
                state.PendingBytes = 0;
                state.Cuts.Enqueue(new StreamCut(_nextCut, state.Next!.Value - 1));
            }
        }

        _inFlight.Add(_nextCut, [.. touched]);
        return new WindowCut<TPayload>(_nextCut++, blocks);
    }

    private StreamState Live(int stream) =>
        _streams.TryGetValue(stream, out var state) && state is { Broken: false }
            ? state
            : throw new ShuffleException(ShuffleError.Invalid, $"stream {stream} is not open");

    private List<int> StreamsOf(int cut) =>
        _inFlight.Remove(cut, out var streams) ? streams : throw new ArgumentException($"cut {cut} is not in flight", nameof(cut));

    private void SetWaiting(StreamState state, bool waiting)
    {
        _sending += (state.Waiting ? 1 : 0) - (waiting ? 1 : 0);
        state.Waiting = waiting;
    }

    private sealed class StreamState(BlockSource source)
    {
        internal BlockSource Source { get; } = source;

        internal int? Next { get; set; }

        internal long PendingBytes { get; set; }

        internal bool Waiting { get; set; }

        internal bool Ended { get; set; }

        internal bool Broken { get; set; }

        internal Queue<StreamCut> Cuts { get; } = [];
    }

    private sealed class StreamCut(int cut, int lastSequence)
    {
        internal int Cut { get; } = cut;

        internal int LastSequence { get; } = lastSequence;

        internal string? Segment { get; set; }
    }
}

/// <summary>A block in a window.</summary>
/// <typeparam name="TPayload">What the caller keeps of the payload.</typeparam>
/// <param name="Stream">The stream that it came by.</param>
/// <param name="Source">Its writer and output.</param>
/// <param name="Header">What is known of it.</param>
/// <param name="Payload">Its payload.</param>
public readonly record struct PendingBlock<TPayload>(int Stream, BlockSource Source, BlockHeader Header, TPayload Payload);

/// <summary>What is to be written as one segment.</summary>
/// <typeparam name="TPayload">What the caller keeps of a payload.</typeparam>
/// <param name="Number">The cut's number; numbers ascend.</param>
/// <param name="Blocks">The blocks in the order of <see cref="BlockOrder"/>.</param>
public sealed record WindowCut<TPayload>(int Number, IReadOnlyList<PendingBlock<TPayload>> Blocks);

/// <summary>What a stream's sender may be told.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="DurableSequence">This block and all earlier ones of the stream are durable.</param>
/// <param name="Segments">The segments that hold those of them that were not acknowledged before.</param>
public sealed record Acknowledgement(int Stream, int DurableSequence, IReadOnlyList<string> Segments);
