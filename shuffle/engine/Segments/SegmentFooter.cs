namespace Executor.Shuffle.Engine.Segments;

/// <summary>What a segment holds: its writers, and where the blocks of each (output, partition, writer) lie. Immutable.</summary>
/// <param name="Writers">The writers, in order.</param>
/// <param name="Runs">The runs of contiguous blocks, ascending by output, partition, writer; adjacent without gaps from offset 0.</param>
/// <param name="Blocks">Blocks in the segment.</param>
/// <param name="PayloadBytes">Bytes of their payloads.</param>
public sealed record SegmentFooter(IReadOnlyList<BlockSource> Writers, IReadOnlyList<BlockRun> Runs, int Blocks, long PayloadBytes)
{
    /// <summary>About what a footer takes in memory, for caches.</summary>
    public long MemoryBytes => 256 + (Writers.Count * 200L) + (Runs.Count * 32L);
}

/// <summary>Contiguous blocks of one writer in one partition.</summary>
/// <param name="Writer">The writer's place in <see cref="SegmentFooter.Writers"/>.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">Where the first block's header begins.</param>
/// <param name="Length">Bytes, headers and padding included.</param>
/// <param name="Blocks">How many blocks.</param>
public readonly record struct BlockRun(int Writer, int Partition, long Offset, long Length, int Blocks);
