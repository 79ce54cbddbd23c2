namespace Executor.Contracts.Integrity;

/// <summary>The share of one block in an order-independent digest of a set of blocks.</summary>
public static class BlockDigest
{
    /// <summary>
    /// Mixes who wrote the block, its place in the writer's order and its checksum into 64 bits
    /// (the finaliser of SplitMix64: Steele, Lea and Flood, OOPSLA 2014). Sums of it modulo 2^64 compare sets of blocks.
    /// </summary>
    /// <param name="index">The producing instance's index.</param>
    /// <param name="sequence">The block's sequence number within the writer's output.</param>
    /// <param name="crc32C">CRC32C of the block's payload.</param>
    public static ulong Of(int index, int sequence, uint crc32C) =>
        Mix(Mix((ulong)(uint)index + 0x9E3779B97F4A7C15UL) ^ (((ulong)(uint)sequence << 32) | crc32C));

    private static ulong Mix(ulong z)
    {
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
        return z ^ (z >> 31);
    }
}
