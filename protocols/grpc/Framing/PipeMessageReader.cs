using System.Buffers;
using System.IO.Pipelines;

namespace Executor.Grpc.Framing;

/// <summary>Reads messages where they lie in a pipe's buffers, without a copy.</summary>
internal sealed class PipeMessageReader(PipeReader input, MessagePrefix prefix) : MessageReader
{
    private SequencePosition _end;
    private bool _hasMessage;

    public override async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (_hasMessage)
        {
            _hasMessage = false;
            Message = ReadOnlySequence<byte>.Empty;
            input.AdvanceTo(_end);
        }

        int? length = null;
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            length ??= TryReadPrefix(buffer);
            if (length is { } known && buffer.Length - MessagePrefix.Length >= known)
            {
                Message = buffer.Slice(MessagePrefix.Length, known);
                _end = Message.End;
                _hasMessage = true;
                return true;
            }

            // Marking all as examined lets the transport grant more of the flow-control window: a message may be longer than it.
            input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                return buffer.IsEmpty ? false : throw MessagePrefix.Truncated();
            }

            if (result.IsCanceled)
            {
                throw new OperationCanceledException("Reading the stream was cancelled.");
            }
        }
    }

    private int? TryReadPrefix(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.Length < MessagePrefix.Length)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[MessagePrefix.Length];
        buffer.Slice(0, MessagePrefix.Length).CopyTo(bytes);
        return prefix.Check(bytes);
    }
}
