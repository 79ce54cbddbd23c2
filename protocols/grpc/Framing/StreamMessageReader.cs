using System.Buffers;

namespace Executor.Grpc.Framing;

/// <summary>
/// Reads each message into one contiguous pooled array, which suits consumers that decode Arrow buffers in place. The array serves
/// all messages of the stream.
/// </summary>
internal sealed class StreamMessageReader(Stream input, MessagePrefix prefix) : MessageReader, IDisposable
{
    private readonly byte[] _prefix = new byte[MessagePrefix.Length];

    // Null while a read fills it and after disposal: whoever takes it out owns it, so that a disposal
    // in the middle of a read never gives an array back that is still written to.
    private byte[]? _buffer = [];

    public override async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        Message = ReadOnlySequence<byte>.Empty;
        var read = await input.ReadAtLeastAsync(_prefix, MessagePrefix.Length, throwOnEndOfStream: false, cancellationToken);
        if (read < MessagePrefix.Length)
        {
            return read == 0 ? false : throw MessagePrefix.Truncated();
        }

        var length = prefix.Check(_prefix);
        var buffer = Interlocked.Exchange(ref _buffer, null);
        ObjectDisposedException.ThrowIf(buffer is null, this);
        if (buffer.Length < length)
        {
            Return(buffer);
            buffer = ArrayPool<byte>.Shared.Rent(length);
        }

        read = await input.ReadAtLeastAsync(buffer.AsMemory(0, length), length, throwOnEndOfStream: false, cancellationToken);
        if (read < length)
        {
            throw MessagePrefix.Truncated();
        }

        Message = new ReadOnlySequence<byte>(buffer, 0, length);
        _buffer = buffer;
        return true;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            Message = ReadOnlySequence<byte>.Empty;
            Return(buffer);
        }
    }

    private static void Return(byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
