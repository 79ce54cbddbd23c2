using System.Buffers.Binary;
using Executor.Shuffle.Channel;

namespace Shuffle.Tests.BadClients;

/// <summary>The bytes of gRPC messages with FlightData, made by hand so that they can be wrong.</summary>
internal static class FlightBytes
{
    /// <summary>A message behind its prefix; the prefix may lie about the length.</summary>
    internal static byte[] Framed(byte[] message, uint? length = null, byte flag = 0)
    {
        var framed = new byte[5 + message.Length];
        framed[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(framed.AsSpan(1), length ?? (uint)message.Length);
        message.CopyTo(framed, 5);
        return framed;
    }

    /// <summary>The first message of a put: what is written, by whom, and the schema.</summary>
    internal static byte[] First(byte[] target, byte[] schemaHeader) => [.. Field(1, [0x08, 2, .. Field(2, target)]), .. Field(2, schemaHeader)];

    /// <summary>A block of one message.</summary>
    internal static byte[] Block(ShuffleBlock block, byte[] metadata)
    {
        var (header, body) = Executor.Shuffle.Channel.Flight.BlockMessages.Split(block.Payload)[0];
        return [.. Field(2, System.Buffers.BuffersExtensions.ToArray(header)), .. Field(3, metadata), .. Field(1000, System.Buffers.BuffersExtensions.ToArray(body))];
    }

    /// <summary>A length-delimited field of a Protocol Buffers message.</summary>
    internal static byte[] Field(int number, byte[] content) => [.. VarInt((uint)((number << 3) | 2)), .. VarInt((uint)content.Length), .. content];

    private static IEnumerable<byte> VarInt(uint value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            yield return (byte)(value | 0x80);
        }

        yield return (byte)value;
    }
}
