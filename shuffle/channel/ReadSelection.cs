using Executor.Contracts.Identity;

namespace Executor.Shuffle.Channel;

/// <summary>One generation of a sealed output.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="Output">The output.</param>
/// <param name="Generation">The seal's generation.</param>
public sealed record SealId(string Run, OutputId Output, int Generation);

/// <summary>The part of a sealed output that a reader wants.</summary>
/// <param name="Seal">The sealed output.</param>
/// <param name="Partition">One partition, or all in ascending order if null.</param>
/// <param name="SourceIndex">The blocks of one producing instance, or of all if null.</param>
/// <param name="Sources">The blocks of these producing instances, or of all if null.</param>
public sealed record ReadSelection(SealId Seal, int? Partition = null, int? SourceIndex = null, InstanceRange? Sources = null)
{
    /// <summary>True if blocks of the producing instance with this index are wanted.</summary>
    public bool Wants(int index) => (SourceIndex is null || SourceIndex == index) && (Sources is not { } sources || sources.Contains(index));
}
