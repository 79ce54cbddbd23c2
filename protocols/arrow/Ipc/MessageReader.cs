using System.Buffers.Binary;

namespace Executor.Arrow.Ipc;

/// <summary>
/// Takes the encapsulated messages off a stream without decoding them (format: "Encapsulated message format"). The prefix without
/// continuation marker that was written before Arrow 0.15 is understood too. Not safe for use by several threads.
/// </summary>
/// <remarks>
/// <code>
/// FF FF FF FF | int32 header length | header, padded to 8 bytes | body, its length is in the header
/// FF FF FF FF | 00 00 00 00                                       end-of-stream marker
/// </code>
/// Exactly the bytes of the stream of messages are taken: what follows the end-of-stream marker is left in the stream.
/// </remarks>
/// <param name="stream">Where the messages come from.</param>
/// <param name="options">Limits; <see cref="IpcReaderOptions.Default"/> if null.</param>
public sealed class MessageReader(Stream stream, IpcReaderOptions? options = null)
{
    /// <summary>A longer body is not believed at once: memory for it is taken as its bytes arrive.</summary>
    private const int BelievedBodyBytes = 64 * 1024 * 1024;

    private readonly IpcReaderOptions _options = options ?? IpcReaderOptions.Default;
    private readonly byte[] _prefix = new byte[4];

    /// <summary>How the stream has ended, once a read has returned null.</summary>
    public StreamEnd End { get; private set; }

    /// <summary>Reads the next message; null at the end, of which <see cref="End"/> says more.</summary>
    /// <exception cref="InvalidDataException">The stream ends inside a message, exceeds a limit, or is malformed.</exception>
    public ReceivedMessage? Read()
    {
        if (End != StreamEnd.NotReached || !CheckPrefix(stream.ReadAtLeast(_prefix, 4, throwOnEndOfStream: false)))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(_prefix);
        if (length == -1)
        {
            CheckComplete(stream.ReadAtLeast(_prefix, 4, throwOnEndOfStream: false), 4, "prefix");
            length = BinaryPrimitives.ReadInt32LittleEndian(_prefix);
        }

        if (!CheckHeaderLength(length))
        {
            return null;
        }

        var header = new byte[length];
        CheckComplete(stream.ReadAtLeast(header, length, throwOnEndOfStream: false), length, "header");
        var (info, bodyLength) = Peek(header);
        var body = AllocateBody(bodyLength);
        var filled = 0;
        while (true)
        {
            var wanted = body.Length - filled;
            CheckComplete(filled + stream.ReadAtLeast(body.AsSpan(filled), wanted, throwOnEndOfStream: false), body.Length, "body");
            filled = body.Length;
            if (filled == bodyLength)
            {
                return new ReceivedMessage(info, header, body);
            }

            body = GrowBody(body, bodyLength);
        }
    }

    /// <summary>Reads the next message; null at the end, of which <see cref="End"/> says more.</summary>
    /// <exception cref="InvalidDataException">The stream ends inside a message, exceeds a limit, or is malformed.</exception>
    public async ValueTask<ReceivedMessage?> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (End != StreamEnd.NotReached
            || !CheckPrefix(await stream.ReadAtLeastAsync(_prefix, 4, throwOnEndOfStream: false, cancellationToken)))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(_prefix);
        if (length == -1)
        {
            CheckComplete(await stream.ReadAtLeastAsync(_prefix, 4, throwOnEndOfStream: false, cancellationToken), 4, "prefix");
            length = BinaryPrimitives.ReadInt32LittleEndian(_prefix);
        }

        if (!CheckHeaderLength(length))
        {
            return null;
        }

        var header = new byte[length];
        CheckComplete(await stream.ReadAtLeastAsync(header, length, throwOnEndOfStream: false, cancellationToken), length, "header");
        var (info, bodyLength) = Peek(header);
        var body = AllocateBody(bodyLength);
        var filled = 0;
        while (true)
        {
            var wanted = body.Length - filled;
            var read = await stream.ReadAtLeastAsync(body.AsMemory(filled), wanted, throwOnEndOfStream: false, cancellationToken);
            CheckComplete(filled + read, body.Length, "body");
            filled = body.Length;
            if (filled == bodyLength)
            {
                return new ReceivedMessage(info, header, body);
            }

            body = GrowBody(body, bodyLength);
        }
    }

    private static void CheckComplete(int read, int expected, string part)
    {
        if (read < expected)
        {
            throw new InvalidDataException(
                $"the stream ends inside a message: {read} bytes of its {part} were found, expected {expected} at least");
        }
    }

    private static byte[] AllocateBody(int length) =>
        length == 0 ? [] : GC.AllocateUninitializedArray<byte>(Math.Min(length, BelievedBodyBytes));

    private static byte[] GrowBody(byte[] body, int length)
    {
        var grown = GC.AllocateUninitializedArray<byte>((int)Math.Min(length, body.Length * 2L));
        body.CopyTo(grown.AsSpan());
        return grown;
    }

    private bool CheckPrefix(int read)
    {
        if (read > 0)
        {
            CheckComplete(read, 4, "prefix");
            return true;
        }

        if (_options.RequireEndOfStreamMarker)
        {
            throw new InvalidDataException("the stream ends without its end-of-stream marker: the writer may have been cut off");
        }

        End = StreamEnd.EndOfInput;
        return false;
    }

    private bool CheckHeaderLength(int length)
    {
        if (length == 0)
        {
            End = StreamEnd.Marker;
            return false;
        }

        if (length < 0 || length > _options.MaxHeaderBytes)
        {
            throw new InvalidDataException(
                $"a message header of {length} bytes was found, expected 1 to {_options.MaxHeaderBytes}: is this an Arrow IPC stream?");
        }

        return true;
    }

    private (MessageHeader Info, int BodyLength) Peek(byte[] header)
    {
        var info = MessageHeader.Peek(header);
        return info.BodyLength <= _options.MaxBodyBytes
            ? (info, (int)info.BodyLength)
            : throw new InvalidDataException($"a message body of {info.BodyLength} bytes was found, the limit is {_options.MaxBodyBytes}");
    }
}
