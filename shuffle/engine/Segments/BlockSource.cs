using Executor.Contracts.Identity;

namespace Executor.Shuffle.Engine.Segments;

/// <summary>The writer of a block and the output that it writes; the run is that of the segment.</summary>
/// <param name="Output">The output.</param>
/// <param name="Index">The producing instance.</param>
/// <param name="Generation">The instance's generation.</param>
/// <param name="Attempt">The attempt within the generation.</param>
/// <param name="Incarnation">The incarnation of the attempt.</param>
public sealed record BlockSource(OutputId Output, int Index, int Generation, int Attempt, string Incarnation)
{
    /// <summary>The order of writers in a segment: by output, index, generation, attempt, incarnation.</summary>
    public static IComparer<BlockSource> SegmentOrder { get; } = Comparer<BlockSource>.Create(Compare);

    /// <inheritdoc/>
    public override string ToString() => $"{Output}[{Index}] generation {Generation} attempt {Attempt} incarnation {Incarnation}";

    private static int Compare(BlockSource a, BlockSource b)
    {
        var order = string.CompareOrdinal(a.Output.Task, b.Output.Task);
        order = order != 0 ? order : string.CompareOrdinal(a.Output.Output, b.Output.Output);
        order = order != 0 ? order : a.Index.CompareTo(b.Index);
        order = order != 0 ? order : a.Generation.CompareTo(b.Generation);
        order = order != 0 ? order : a.Attempt.CompareTo(b.Attempt);
        return order != 0 ? order : string.CompareOrdinal(a.Incarnation, b.Incarnation);
    }
}
