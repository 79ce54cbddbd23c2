namespace Executor.Shuffle.Engine.Segments;

/// <summary>
/// The order of blocks in a segment: by output, partition, writer (index, generation, attempt, incarnation), sequence. So what one reader
/// wants is contiguous, and within it each writer's blocks ascend.
/// </summary>
public static class BlockOrder
{
    /// <summary>Sorts blocks; equal ones keep their order.</summary>
    public static T[] Sort<T>(IReadOnlyList<T> blocks, Func<T, BlockSource> sourceOf, Func<T, (int Partition, int Sequence)> placeOf)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentNullException.ThrowIfNull(sourceOf);
        ArgumentNullException.ThrowIfNull(placeOf);
        var ranks = new Dictionary<BlockSource, (int Output, int Source)>();
        var output = -1;
        BlockSource? previous = null;
        foreach (var source in blocks.Select(sourceOf).Distinct().Order(BlockSource.SegmentOrder))
        {
            output += source.Output == previous?.Output ? 0 : 1;
            ranks.Add(source, (output, ranks.Count));
            previous = source;
        }

        var keys = new (int Output, int Partition, int Source, int Sequence, int Arrival)[blocks.Count];
        var sorted = new T[blocks.Count];
        for (var i = 0; i < blocks.Count; i++)
        {
            var rank = ranks[sourceOf(blocks[i])];
            var (partition, sequence) = placeOf(blocks[i]);
            keys[i] = (rank.Output, partition, rank.Source, sequence, i);
            sorted[i] = blocks[i];
        }

        Array.Sort(keys, sorted);
        return sorted;
    }
}
