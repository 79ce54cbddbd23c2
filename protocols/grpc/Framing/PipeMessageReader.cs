using System.Buffers;
using System.IO.Pipelines;

namespace Executor.Grpc.Framing;

/// <summary>
/// Reads messages where they lie in a pipe's buffers, without a copy. Until the budget, if there is one, grants a long message, nothing is
/// read behind its prefix, so that no more of it comes than the sender may send unasked. To be disposed of when nothing reads any more.
/// </summary>
internal sealed class PipeMessageReader(PipeReader input, MessagePrefix prefix, ReceiveBudget? budget = null) : MessageReader, IDisposable
{
    private SequencePosition _end;
    private bool _hasMessage;
    private int _reserved;
    private volatile bool _disposed;

    public override async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (_hasMessage)
        {
            _hasMessage = false;
            Message = ReadOnlySequence<byte>.Empty;
            input.AdvanceTo(_end);
            GiveBack();
        }

        int? length = null;
        while (true)
        {
            var result = await ReadPieceAsync(cancellationToken);
            var buffer = result.Buffer;
            if (length is null)
            {
                length = TryReadPrefix(buffer);
                await ReserveAsync(length ?? 0, cancellationToken);
            }

            if (length is { } known && buffer.Length - MessagePrefix.Length >= known)
            {
                Message = buffer.Slice(MessagePrefix.Length, known);
                _end = Message.End;
                _hasMessage = true;
                if (Volatile.Read(ref _reserved) > 0)
                {
                    budget!.Arrived();
                }

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

    /// <summary>Gives back what the budget granted, also what it grants to a read that is still waiting.</summary>
    public void Dispose()
    {
        _disposed = true;
        GiveBack();
    }

    /// <summary>More of a message. Memory that was granted for it may be wanted back before it comes.</summary>
    private async ValueTask<ReadResult> ReadPieceAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _reserved) == 0 || budget!.Withdrawn is not { CanBeCanceled: true } withdrawn)
        {
            return await input.ReadAsync(cancellationToken);
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, withdrawn);
        try
        {
            return await input.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (withdrawn.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The message did not come while others waited for the memory that it was granted."));
        }
    }

    private async ValueTask ReserveAsync(int length, CancellationToken cancellationToken)
    {
        if (budget is null || length <= ReceiveBudget.FreeLength)
        {
            return;
        }

        await budget.ReserveAsync(length, cancellationToken);
        Interlocked.Exchange(ref _reserved, length);
        if (_disposed)
        {
            GiveBack();
        }
    }

    private void GiveBack()
    {
        if (Interlocked.Exchange(ref _reserved, 0) is > 0 and var reserved)
        {
            budget!.Release(reserved);
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
