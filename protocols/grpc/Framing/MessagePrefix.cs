using System.Buffers.Binary;
using System.Globalization;

namespace Executor.Grpc.Framing;

/// <summary>
/// Checks the prefix of a message against the rules of "gRPC over HTTP/2":
/// <code>
/// byte 0      1 when the message is compressed with the stream's grpc-encoding, else 0
/// bytes 1-4   the message's length, big-endian
/// </code>
/// </summary>
/// <param name="encoding">The other side's <c>grpc-encoding</c>; null where it sent none.</param>
/// <param name="unsupportedEncoding">The status for a message in an encoding that is not supported: a server answers
/// UNIMPLEMENTED, a client INTERNAL ("gRPC Compression").</param>
/// <param name="maxLength">The longest message taken, in bytes; null for no limit.</param>
internal sealed class MessagePrefix(string? encoding, StatusCode unsupportedEncoding, int? maxLength)
{
    public const int Length = SerializationContext.PrefixLength;

    /// <summary>The length of the message that follows.</summary>
    /// <exception cref="RpcException">The message must not be read.</exception>
    public int Check(ReadOnlySpan<byte> prefix)
    {
        switch (prefix[0])
        {
            case 0:
                break;
            case 1 when encoding is null or "identity":
                throw Failure(StatusCode.Internal, "A message is marked as compressed and the stream has no grpc-encoding.");
            case 1:
                throw Failure(unsupportedEncoding, $"Messages compressed with '{encoding}' are not supported; identity is.");
            default:
                throw Failure(StatusCode.Internal, string.Create(CultureInfo.InvariantCulture, $"A message's compression flag is {prefix[0]}, expected 0 or 1."));
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        var limit = maxLength ?? Array.MaxLength;
        return length <= limit
            ? (int)length
            : throw Failure(
                StatusCode.ResourceExhausted,
                string.Create(CultureInfo.InvariantCulture, $"A message of {length} bytes is longer than the limit of {limit} bytes for received messages."));
    }

    /// <summary>The failure of a stream that ends inside a message.</summary>
    public static RpcException Truncated() => Failure(StatusCode.Internal, "The stream ended in the middle of a message.");

    private static RpcException Failure(StatusCode code, string detail) => new(new Status(code, detail));
}
