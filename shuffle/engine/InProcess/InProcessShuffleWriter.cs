using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Ingest;

namespace Executor.Shuffle.Engine.InProcess;

/// <summary>A writer into the windows of this process.</summary>
internal sealed class InProcessShuffleWriter(IngestSession session, int creditBytes) : IShuffleWriter
{
    private readonly Queue<(int Sequence, int Length)> _unacknowledged = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<string> _segments = [];
    private long _unacknowledgedBytes;
    private int _next;
    private bool _completed;

    public async ValueTask WriteAsync(ShuffleBlock block, CancellationToken cancellationToken)
    {
        if (_completed || block.Header.Sequence != _next)
        {
            throw new ShuffleException(
                ShuffleError.Invalid,
                _completed ? "the writer is completed" : $"{session.Source}: block {block.Header.Sequence} was written, expected {_next}");
        }

        while (session.Acknowledgements.TryRead(out var early))
        {
            Note(early);
        }

        while (_unacknowledgedBytes > 0 && _unacknowledgedBytes + block.Header.Length > creditBytes)
        {
            await AwaitAcknowledgementAsync(cancellationToken);
        }

        await session.OfferAsync(block.Header, block.Payload, checksumIsKnown: true, cancellationToken);
        _next++;
        _unacknowledged.Enqueue((block.Header.Sequence, block.Header.Length));
        _unacknowledgedBytes += block.Header.Length;
    }

    public async Task<IReadOnlyList<string>> CompleteAsync(CancellationToken cancellationToken)
    {
        while (_unacknowledged.Count > 0)
        {
            await AwaitAcknowledgementAsync(cancellationToken);
        }

        _completed = true;
        return _segments;
    }

    public ValueTask DisposeAsync()
    {
        session.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask AwaitAcknowledgementAsync(CancellationToken cancellationToken)
    {
        session.Wait();
        if (!await session.Acknowledgements.WaitToReadAsync(cancellationToken))
        {
            throw new ShuffleException(ShuffleError.Invalid, $"{session.Source}: the writer was disposed of");
        }

        while (session.Acknowledgements.TryRead(out var acknowledgement))
        {
            Note(acknowledgement);
        }
    }

    private void Note(Acknowledgement acknowledgement)
    {
        _segments.AddRange(acknowledgement.Segments.Where(_known.Add));
        while (_unacknowledged.TryPeek(out var first) && first.Sequence <= acknowledgement.DurableSequence)
        {
            _unacknowledgedBytes -= first.Length;
            _unacknowledged.Dequeue();
        }
    }
}
