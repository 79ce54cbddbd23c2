namespace Executor.Arrow.Ipc;

/// <summary>
/// Writes encapsulated messages to a stream, each as a whole: nothing is held back between calls, and the stream is not flushed.
/// Small pieces are collected, large ones are handed to the stream as they are. Not safe for use by several threads.
/// </summary>
/// <param name="stream">Where the messages go.</param>
public sealed class MessageWriter(Stream stream)
{
    private const int CollectedBytes = 64 * 1024;
    private static readonly byte[] EndMarker = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0];
    private static readonly byte[] Padding = new byte[8];
    private readonly byte[] _collected = GC.AllocateUninitializedArray<byte>(CollectedBytes);
    private int _count;

    /// <summary>Bytes written so far.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>Writes a message.</summary>
    public void Write(EncodedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        CollectPrefix(message);
        Write(message.Header);
        Write(Padding.AsMemory(0, message.PaddedHeaderLength - message.Header.Length));
        foreach (var piece in message.Body)
        {
            Write(piece);
        }

        Flush();
    }

    /// <summary>Writes a message.</summary>
    public async ValueTask WriteAsync(EncodedMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        CollectPrefix(message);
        await WriteAsync(message.Header, cancellationToken);
        await WriteAsync(Padding.AsMemory(0, message.PaddedHeaderLength - message.Header.Length), cancellationToken);
        for (var i = 0; i < message.Body.Count; i++)
        {
            await WriteAsync(message.Body[i], cancellationToken);
        }

        await FlushAsync(cancellationToken);
    }

    /// <summary>Writes the end-of-stream marker, which says that nothing is missing.</summary>
    public void WriteEndOfStream()
    {
        stream.Write(EndMarker);
        BytesWritten += EndMarker.Length;
    }

    /// <summary>Writes the end-of-stream marker, which says that nothing is missing.</summary>
    public async ValueTask WriteEndOfStreamAsync(CancellationToken cancellationToken = default)
    {
        await stream.WriteAsync(EndMarker, cancellationToken);
        BytesWritten += EndMarker.Length;
    }

    private void Write(ReadOnlyMemory<byte> piece)
    {
        if (TryCollect(piece))
        {
            return;
        }

        Flush();
        if (!TryCollect(piece))
        {
            stream.Write(piece.Span);
            BytesWritten += piece.Length;
        }
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        if (TryCollect(piece))
        {
            return;
        }

        await FlushAsync(cancellationToken);
        if (!TryCollect(piece))
        {
            await stream.WriteAsync(piece, cancellationToken);
            BytesWritten += piece.Length;
        }
    }

    private void CollectPrefix(EncodedMessage message)
    {
        // What a cancelled write left behind belongs to a message that is broken anyway.
        _count = EncodedMessage.PrefixBytes;
        message.WritePrefix(_collected);
    }

    private bool TryCollect(ReadOnlyMemory<byte> piece)
    {
        if (piece.Length > CollectedBytes - _count)
        {
            return false;
        }

        piece.Span.CopyTo(_collected.AsSpan(_count));
        _count += piece.Length;
        return true;
    }

    private void Flush()
    {
        if (_count > 0)
        {
            stream.Write(_collected, 0, _count);
            BytesWritten += _count;
            _count = 0;
        }
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_count > 0)
        {
            await stream.WriteAsync(_collected.AsMemory(0, _count), cancellationToken);
            BytesWritten += _count;
            _count = 0;
        }
    }
}
