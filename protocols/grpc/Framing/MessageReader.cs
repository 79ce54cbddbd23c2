using System.Buffers;

namespace Executor.Grpc.Framing;

/// <summary>Takes the messages of one direction of a call out of its bytes, one at a time.</summary>
internal abstract class MessageReader
{
    /// <summary>The message that <see cref="ReadAsync"/> last brought; valid until the next call of it.</summary>
    public ReadOnlySequence<byte> Message { get; protected set; }

    /// <summary>Brings the next message; false at the end of the stream.</summary>
    /// <exception cref="RpcException">The bytes are not a message, or the message is too long.</exception>
    public abstract ValueTask<bool> ReadAsync(CancellationToken cancellationToken);
}
