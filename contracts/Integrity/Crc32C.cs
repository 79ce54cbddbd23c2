using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace Executor.Contracts.Integrity;

/// <summary>CRC32C (Castagnoli, RFC 3720 section 12.1), by the processor's instruction where it has one. Thread-safe.</summary>
public static class Crc32C
{
    /// <summary>The checksum of these bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> data) => Finish(Append(Start, data));

    /// <summary>The checksum of these bytes.</summary>
    public static uint Of(in ReadOnlySequence<byte> data)
    {
        var state = Start;
        foreach (var segment in data)
        {
            state = Append(state, segment.Span);
        }

        return Finish(state);
    }

    /// <summary>The state before the first byte.</summary>
    public const uint Start = uint.MaxValue;

    /// <summary>The state after more bytes.</summary>
    public static uint Append(uint state, ReadOnlySpan<byte> data)
    {
        for (; data.Length >= 8; data = data[8..])
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(data));
        }

        foreach (var b in data)
        {
            state = BitOperations.Crc32C(state, b);
        }

        return state;
    }

    /// <summary>The checksum that a state stands for.</summary>
    public static uint Finish(uint state) => ~state;
}
