using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace Executor.Contracts.Integrity;

/// <summary>CRC32C (Castagnoli, RFC 3720 section 12.1), by the processor's instruction where it has one. Thread-safe.</summary>
public static class Crc32C
{
    private const int LaneBytes = 1024;

    private static readonly uint[] LaneTable = MakeLaneTable();

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
        // The instruction takes three cycles and can begin anew in each: three sums are under way at a time (Gopal et al., "Fast CRC
        // Computation for iSCSI Polynomial Using CRC32 Instruction", Intel 2011).
        for (; data.Length >= 3 * LaneBytes; data = data[(3 * LaneBytes)..])
        {
            var second = 0u;
            var third = 0u;
            for (var i = 0; i < LaneBytes; i += sizeof(ulong))
            {
                state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(data[i..]));
                second = BitOperations.Crc32C(second, BinaryPrimitives.ReadUInt64LittleEndian(data[(LaneBytes + i)..]));
                third = BitOperations.Crc32C(third, BinaryPrimitives.ReadUInt64LittleEndian(data[((2 * LaneBytes) + i)..]));
            }

            state = PastLane(PastLane(state) ^ second) ^ third;
        }

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

    // The state after as many zeros as a lane has bytes. States add up (exclusive or), so that of each byte of a state is looked up alone.
    private static uint PastLane(uint state) =>
        LaneTable[state & 0xff] ^ LaneTable[256 + ((state >> 8) & 0xff)] ^ LaneTable[512 + ((state >> 16) & 0xff)] ^ LaneTable[768 + (state >> 24)];

    private static uint[] MakeLaneTable()
    {
        var table = new uint[4 * 256];
        for (var position = 0; position < 4; position++)
        {
            for (var value = 1u; value < 256; value++)
            {
                var withoutLowest = value & (value - 1);
                table[(position * 256) + value] = withoutLowest == 0
                    ? PastZeros(value << (8 * position))
                    : table[(position * 256) + withoutLowest] ^ table[(position * 256) + (value ^ withoutLowest)];
            }
        }

        return table;
    }

    private static uint PastZeros(uint state)
    {
        for (var i = 0; i < LaneBytes; i += sizeof(ulong))
        {
            state = BitOperations.Crc32C(state, 0ul);
        }

        return state;
    }
}
