using Executor.Contracts.Integrity;
using Executor.Contracts.Records;

namespace Executor.Shuffle.Channel;

/// <summary>What the blocks of a selection add up to; the digest is that of <see cref="PartitionStatistics"/>, summed over partitions.</summary>
/// <param name="Blocks">Blocks.</param>
/// <param name="Rows">Rows in them.</param>
/// <param name="Bytes">Payload bytes in them.</param>
/// <param name="Digest">The sum of the blocks' digests, modulo 2^64.</param>
public readonly record struct SelectionTotals(long Blocks, long Rows, long Bytes, ulong Digest)
{
    /// <summary>Counts one more block.</summary>
    public SelectionTotals Plus(in BlockHeader block) => new(
        Blocks + 1, Rows + block.Rows, Bytes + block.Length,
        unchecked(Digest + BlockDigest.Of(block.Index, block.Sequence, block.Crc32C)));

    /// <summary>Adds what another selection, which has no block in common with this one, adds up to.</summary>
    public SelectionTotals Plus(in SelectionTotals other) => new(
        Blocks + other.Blocks, Rows + other.Rows, Bytes + other.Bytes, unchecked(Digest + other.Digest));

    /// <summary>Adds what a partition holds.</summary>
    public SelectionTotals Plus(in PartitionStatistics partition) => new(
        Blocks + partition.Blocks, Rows + partition.Rows, Bytes + partition.Bytes, unchecked(Digest + partition.Digest));
}
