using System.Buffers.Binary;

namespace Executor.Arrow.Ipc;

/// <summary>A message ready to be sent, its body in the pieces that the arrays' memory is in: nothing of it is copied.</summary>
public sealed class EncodedMessage
{
    internal const int PrefixBytes = 8;
    internal const uint Continuation = 0xFFFFFFFF;

    /// <summary>A message of a FlatBuffer and a body, such as one that was received and is passed on.</summary>
    public EncodedMessage(ReadOnlyMemory<byte> header, IReadOnlyList<ReadOnlyMemory<byte>> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        Header = header;
        Body = body;
        foreach (var piece in body)
        {
            BodyLength += piece.Length;
        }
    }

    internal EncodedMessage(ReadOnlyMemory<byte> header, IReadOnlyList<ReadOnlyMemory<byte>> body, long bodyLength)
    {
        Header = header;
        Body = body;
        BodyLength = bodyLength;
    }

    /// <summary>The FlatBuffer alone, without length prefix: <c>FlightData.data_header</c>.</summary>
    public ReadOnlyMemory<byte> Header { get; }

    /// <summary>The body in pieces, padding included; none for a schema.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Body { get; }

    /// <summary>Bytes of all pieces.</summary>
    public long BodyLength { get; }

    /// <summary>Bytes of the encapsulated message: prefix, header padded to a multiple of 8, body.</summary>
    public long EncapsulatedLength => PrefixBytes + PaddedHeaderLength + BodyLength;

    internal int PaddedHeaderLength => (Header.Length + 7) & ~7;

    /// <summary>
    /// The encapsulated message in one piece: continuation marker, length, header, body. What Flight sends as a schema.
    /// </summary>
    /// <exception cref="OverflowException">It is longer than a .NET array can be.</exception>
    public byte[] ToArray()
    {
        var bytes = new byte[checked((int)EncapsulatedLength)];
        WritePrefix(bytes);
        Header.Span.CopyTo(bytes.AsSpan(PrefixBytes));
        CopyBodyTo(bytes.AsSpan(PrefixBytes + PaddedHeaderLength));
        return bytes;
    }

    /// <summary>Copies the body into <see cref="BodyLength"/> bytes.</summary>
    public void CopyBodyTo(Span<byte> target)
    {
        foreach (var piece in Body)
        {
            piece.Span.CopyTo(target);
            target = target[piece.Length..];
        }
    }

    internal void WritePrefix(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, Continuation);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], PaddedHeaderLength);
    }
}
