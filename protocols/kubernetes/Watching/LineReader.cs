using System.Buffers;
using System.IO.Pipelines;

namespace Executor.Kubernetes.Watching;

/// <summary>
/// Reads lines where they lie in a pipe's pooled segments: a long line takes more segments, never one large array.
/// </summary>
internal sealed class LineReader(PipeReader input, int maxLineBytes)
{
    private SequencePosition _end;
    private bool _hasLine;

    /// <summary>The line that <see cref="ReadAsync"/> last brought, without its end; valid until the next call of it.</summary>
    public ReadOnlySequence<byte> Line { get; private set; }

    /// <summary>Brings the next line; false when the input ends after a line.</summary>
    /// <exception cref="InvalidDataException">A line is too long.</exception>
    /// <exception cref="EndOfStreamException">The input ends inside a line.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (_hasLine)
        {
            _hasLine = false;
            Line = default;
            input.AdvanceTo(_end);
        }

        // What was searched before is not searched again: a line that comes in many reads would cost their square.
        long searched = 0;
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (buffer.Slice(searched).PositionOf((byte)'\n') is { } end)
            {
                Line = buffer.Slice(0, end);
                Check(Line.Length);
                _end = buffer.GetPosition(1, end);
                _hasLine = true;
                return true;
            }

            searched = buffer.Length;
            Check(searched);
            var isBlank = buffer.IsEmpty;
            input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                return isBlank ? false : throw new EndOfStreamException($"the stream ended inside a line, after {searched} bytes of it");
            }

            if (result.IsCanceled)
            {
                throw new OperationCanceledException("Reading the stream was cancelled.");
            }
        }
    }

    private void Check(long length)
    {
        if (length > maxLineBytes)
        {
            throw new InvalidDataException($"found a line of {length} bytes or more, expected at most {maxLineBytes}");
        }
    }
}
