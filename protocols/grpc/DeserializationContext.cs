using System.Buffers;

namespace Executor.Grpc;

/// <summary>One received message. Its payload lies in the transport's buffer and is valid only until the next one is requested.</summary>
public sealed class DeserializationContext
{
    private ReadOnlySequence<byte> _payload;

    internal DeserializationContext()
    {
    }

    /// <summary>The message's length in bytes.</summary>
    public int PayloadLength => (int)_payload.Length;

    /// <summary>The bytes where they lie.</summary>
    public ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _payload;

    /// <summary>A copy of the bytes.</summary>
    public byte[] PayloadAsNewBuffer() => _payload.ToArray();

    internal void SetPayload(in ReadOnlySequence<byte> payload) => _payload = payload;
}
