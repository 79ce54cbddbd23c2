using Executor.Contracts.Identity;

namespace Executor.Planning;

/// <summary>
/// Which instance of a task with <c>fanOut.splitAbove</c> reads what: the partitions in ascending order, those that are split as several instances.
/// Made once, from what the producing instances wrote, and immutable.
/// </summary>
internal sealed class SliceChoice
{
    private readonly int[] _firsts;

    /// <summary>A choice.</summary>
    /// <param name="over">The output whose partitions are read.</param>
    /// <param name="aboveBytes">Partitions with more bytes were to be split.</param>
    /// <param name="partitions">How many partitions the output has.</param>
    /// <param name="sources">How many instances wrote it.</param>
    /// <param name="split">The partitions that are split, ascending.</param>
    /// <exception cref="ArgumentException">The partitions or their cuts do not ascend, or are none of the output's.</exception>
    public SliceChoice(OutputId over, long aboveBytes, int partitions, int sources, IReadOnlyList<SplitPartition> split)
    {
        (Over, AboveBytes, Partitions, Sources, Split) = (over, aboveBytes, partitions, sources, split);
        _firsts = new int[split.Count];
        Instances = partitions;
        for (var i = 0; i < split.Count; i++)
        {
            var (partition, cuts) = split[i];
            if (partition >= partitions || partition < (i == 0 ? 0 : split[i - 1].Partition + 1))
            {
                throw new ArgumentException($"partition {partition} is none of {partitions}, or not behind the one before it", nameof(split));
            }

            for (var cut = 0; cut < cuts.Count; cut++)
            {
                if (cuts[cut] >= sources || cuts[cut] < (cut == 0 ? 1 : cuts[cut - 1] + 1))
                {
                    throw new ArgumentException($"partition {partition} is cut at instance {cuts[cut]}, which is none of {sources} or not behind the cut before it", nameof(split));
                }
            }

            _firsts[i] = Instances - partitions + partition;
            Instances = checked(Instances + cuts.Count);
        }
    }

    /// <summary>The output whose partitions are read.</summary>
    public OutputId Over { get; }

    /// <summary>Partitions with more bytes were to be split.</summary>
    public long AboveBytes { get; }

    /// <summary>How many partitions the output has.</summary>
    public int Partitions { get; }

    /// <summary>How many instances wrote it.</summary>
    public int Sources { get; }

    /// <summary>The partitions that are split, ascending.</summary>
    public IReadOnlyList<SplitPartition> Split { get; }

    /// <summary>How many instances read them all.</summary>
    public int Instances { get; }

    /// <summary>What an instance reads.</summary>
    public InstanceSlice At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Instances);
        var found = Array.BinarySearch(_firsts, index);
        var before = found >= 0 ? found : ~found - 1;
        if (before < 0)
        {
            return new InstanceSlice(index, 0, 1, null);
        }

        var (partition, cuts) = Split[before];
        var slice = index - _firsts[before];
        return slice > cuts.Count
            ? new InstanceSlice(partition + slice - cuts.Count, 0, 1, null)
            : new InstanceSlice(
                partition,
                slice,
                cuts.Count + 1,
                new InstanceRange(slice == 0 ? 0 : cuts[slice - 1], slice == cuts.Count ? Sources : cuts[slice]));
    }
}

/// <summary>A partition that several instances read.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Cuts">The producing instance that each slice but the first begins with, ascending.</param>
internal sealed record SplitPartition(int Partition, IReadOnlyList<int> Cuts);

/// <summary>What one instance reads of a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Slice">The slice of it, from zero.</param>
/// <param name="Slices">How many slices it has.</param>
/// <param name="Sources">The producing instances whose blocks are the slice; null for a whole partition.</param>
internal readonly record struct InstanceSlice(int Partition, int Slice, int Slices, InstanceRange? Sources)
{
    /// <summary>The first instance's, as far as it is known before there is anything to split.</summary>
    public static InstanceSlice First { get; } = new(0, 0, 1, null);
}
