using System.Buffers;
using System.Buffers.Binary;
using Executor.Arrow.Ipc;
using Executor.Flight;

namespace Executor.Shuffle.Channel.Flight;

/// <summary>
/// Turns a block's payload, which is encapsulated IPC messages, into Flight's pairs of header and body and back, byte for byte: an encapsulated
/// message is FF FF FF FF, the header's length (4 bytes, a multiple of 8), the header, the body.
/// </summary>
public static class BlockMessages
{
    private const int PrefixBytes = 8;

    /// <summary>The messages of a payload, or of an encapsulated schema.</summary>
    /// <exception cref="ShuffleException"><see cref="ShuffleError.Invalid"/>: the bytes are not whole messages.</exception>
    public static IReadOnlyList<(ReadOnlySequence<byte> Header, ReadOnlySequence<byte> Body)> Split(ReadOnlySequence<byte> payload)
    {
        var messages = new List<(ReadOnlySequence<byte>, ReadOnlySequence<byte>)>(1);
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        while (!payload.IsEmpty)
        {
            if (payload.Length < PrefixBytes)
            {
                throw Broken($"{payload.Length} bytes are left behind the last message");
            }

            payload.Slice(0, PrefixBytes).CopyTo(prefix);
            var length = BinaryPrimitives.ReadInt32LittleEndian(prefix[4..]);
            if (BinaryPrimitives.ReadUInt32LittleEndian(prefix) != uint.MaxValue || length < 0 || length > payload.Length - PrefixBytes)
            {
                throw Broken($"{Convert.ToHexStringLower(prefix)} does not begin an encapsulated message");
            }

            var header = payload.Slice(PrefixBytes, length);
            payload = payload.Slice(PrefixBytes + length);
            var body = BodyLength(header);
            if (body > payload.Length)
            {
                throw Broken($"a message has {payload.Length} bytes of body, its header says {body}");
            }

            messages.Add((header, payload.Slice(0, body)));
            payload = payload.Slice(body);
        }

        return messages;
    }

    /// <summary>The encapsulated form of one message, over the same memory; padded where the header's length is no multiple of 8.</summary>
    public static ReadOnlySequence<byte> Encapsulate(in ReadOnlySequence<byte> header, in ReadOnlySequence<byte> body)
    {
        var padding = (int)(-header.Length & 7);
        var prefix = new byte[PrefixBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(prefix, uint.MaxValue);
        BinaryPrimitives.WriteInt32LittleEndian(prefix.AsSpan(4), checked((int)header.Length + padding));
        return BodySequence.Join([prefix, .. Pieces(header), new byte[padding], .. Pieces(body)]);
    }

    /// <summary>What a message carries, and how many rows.</summary>
    /// <exception cref="ShuffleException"><see cref="ShuffleError.Invalid"/>: the header cannot be read.</exception>
    public static MessageHeader Peek(in ReadOnlySequence<byte> header)
    {
        try
        {
            return MessageHeader.Peek(header.IsSingleSegment ? header.FirstSpan : header.ToArray());
        }
        catch (InvalidDataException exception)
        {
            throw new ShuffleException(ShuffleError.Invalid, $"an Arrow message that cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The pieces of a sequence.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Pieces(ReadOnlySequence<byte> sequence)
    {
        foreach (var piece in sequence)
        {
            yield return piece;
        }
    }

    private static long BodyLength(in ReadOnlySequence<byte> header) => Peek(header).BodyLength;

    private static ShuffleException Broken(string what) => new(ShuffleError.Invalid, $"a block's payload is not whole Arrow messages: {what}");
}
