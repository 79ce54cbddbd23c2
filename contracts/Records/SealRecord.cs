using Executor.Contracts.Identity;

namespace Executor.Contracts.Records;

/// <summary>
/// The record that completes an output: it names the winning writer of every instance and what every partition holds.
/// Written once per (output, seal generation) by a conditional create under the driver's epoch; readers use nothing else to decide
/// which blocks count.
/// </summary>
public sealed record SealRecord
{
    /// <summary>The sealed output.</summary>
    public required OutputId Output { get; init; }

    /// <summary>The seal's generation, from zero; raised together with any of its instances' generations.</summary>
    public required int Generation { get; init; }

    /// <summary>The epoch of the driver that sealed.</summary>
    public required long Epoch { get; init; }

    /// <summary>How many partitions the output was declared with; the partitions that hold no row are absent from <see cref="Partitions"/>.</summary>
    public required int PartitionCount { get; init; }

    /// <summary>The encapsulated Arrow IPC schema message that readers are given.</summary>
    public required ReadOnlyMemory<byte> Schema { get; init; }

    /// <summary>The winners in order of index, one per instance of the producing task.</summary>
    public required IReadOnlyList<SealedInstance> Instances { get; init; }

    /// <summary>Every segment that holds a winner's block, without duplicates.</summary>
    public required IReadOnlyList<string> Segments { get; init; }

    /// <summary>What each non-empty partition holds over all winners, ascending.</summary>
    public required IReadOnlyList<PartitionStatistics> Partitions { get; init; }
}

/// <summary>The winner of one instance, and what it put into the sealed output.</summary>
/// <param name="Index">The instance's index.</param>
/// <param name="Generation">The generation whose commit counts.</param>
/// <param name="Attempt">The winning attempt.</param>
/// <param name="Incarnation">The winning incarnation.</param>
/// <param name="Blocks">Blocks over all partitions.</param>
/// <param name="Digest">The digest of those blocks; see <see cref="PartitionStatistics.Digest"/>.</param>
public sealed record SealedInstance(int Index, int Generation, int Attempt, string Incarnation, long Blocks, ulong Digest);
