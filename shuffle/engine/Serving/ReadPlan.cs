using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Segments;

namespace Executor.Shuffle.Engine.Serving;

/// <summary>Where the blocks of a selection lie, and what they must add up to.</summary>
/// <param name="Selection">What was asked for.</param>
/// <param name="Seal">The seal that decides which blocks count.</param>
/// <param name="Expected">What the whole selection adds up to.</param>
/// <param name="Runs">Runs of the winners' blocks, ascending by partition, segment, offset.</param>
/// <param name="PlannedBlocks">Blocks in those runs, repeats included.</param>
public sealed record ReadPlan(
    ReadSelection Selection, SealRecord Seal, SelectionTotals Expected, IReadOnlyList<PlannedRun> Runs, long PlannedBlocks)
{
    /// <summary>True if some block lies in more than one segment, because it was sent again.</summary>
    public bool HasRepeats => PlannedBlocks > Expected.Blocks;
}

/// <summary>A run of contiguous blocks of one writer.</summary>
/// <param name="Segment">The segment's place in the seal's list, or in the verifier's.</param>
/// <param name="SegmentName">The segment's name.</param>
/// <param name="Footer">The segment's footer.</param>
/// <param name="Run">Where in the segment.</param>
public readonly record struct PlannedRun(int Segment, string SegmentName, SegmentFooter Footer, BlockRun Run)
{
    /// <summary>Whose blocks these are.</summary>
    public BlockSource Source => Footer.Writers[Run.Writer];
}

/// <summary>A block as it is served.</summary>
/// <param name="Block">The block, valid until the next one is asked for.</param>
/// <param name="Source">Who wrote it.</param>
/// <param name="Next">Where reading goes on behind it.</param>
public readonly record struct ServedBlock(ShuffleBlock Block, BlockSource Source, ReadPosition Next);
