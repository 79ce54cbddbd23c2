using Executor.Contracts.Identity;
using Executor.Contracts.Records;

namespace Executor.Planning;

/// <summary>
/// Splits large partitions into slices of neighbouring producing instances. All bytes of a partition laid end to end are cut into ceil(bytes / limit)
/// equal shares, and an instance belongs to the share that the middle of its bytes falls into; shares without an instance are no slices. So a slice is
/// larger than the limit by less than what a single instance wrote, and where two instances wrote, there are two slices at least. A function of
/// the commits alone: everybody who looks at the same ones chooses the same. Holds a few numbers for each slice and none for each instance. Not thread-safe.
/// </summary>
internal sealed class SliceChooser
{
    /// <summary>The most slices that all split partitions together have; the limit is doubled until they are no more.</summary>
    public const int MaxSlices = 100_000;

    private readonly OutputId _over;
    private readonly long _aboveBytes;
    private readonly int _partitions;
    private readonly int _sources;
    private readonly SortedDictionary<int, Cutting> _cuttings = [];
    private int _taken;

    /// <summary>Looks at what the partitions hold, and decides which of them to split into how many slices.</summary>
    /// <param name="over">The output.</param>
    /// <param name="aboveBytes">Partitions with more bytes are split; at least 1.</param>
    /// <param name="partitions">How many partitions there are.</param>
    /// <param name="sources">How many instances wrote them.</param>
    /// <param name="totals">What each partition that is not empty holds.</param>
    public SliceChooser(OutputId over, long aboveBytes, int partitions, int sources, IReadOnlyList<PartitionStatistics> totals)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(aboveBytes, 1);
        (_over, _aboveBytes, _partitions, _sources) = (over, aboveBytes, partitions, sources);
        var limit = aboveBytes;
        while (totals.Sum(total => SlicesOf(total, limit)) > MaxSlices)
        {
            limit *= 2;
        }

        foreach (var total in totals)
        {
            if (SlicesOf(total, limit) > 0)
            {
                _cuttings.Add(total.Partition, new Cutting(total.Bytes, SharesOf(total, limit)));
            }
        }
    }

    /// <summary>False if there is nothing to split, so that nothing need be known of the instances.</summary>
    public bool Splits => _cuttings.Count > 0;

    /// <summary>Takes in what the next producing instance wrote, in order of index.</summary>
    public void Add(IReadOnlyList<PartitionStatistics> written)
    {
        foreach (var part in written)
        {
            if (part.Bytes > 0 && _cuttings.TryGetValue(part.Partition, out var cutting))
            {
                cutting.Add(_taken, part.Bytes);
            }
        }

        _taken++;
    }

    /// <summary>The choice, once every instance was taken in or nothing is to be split.</summary>
    public SliceChoice Choose() => new(
        _over,
        _aboveBytes,
        _partitions,
        _sources,
        [.. _cuttings.Where(pair => pair.Value.Cuts.Count > 0).Select(pair => new SplitPartition(pair.Key, pair.Value.Cuts))]);

    // The most that it can have; 0 for a partition that stays whole.
    private long SlicesOf(PartitionStatistics total, long limit) =>
        total.Bytes > limit && _sources > 1 ? Math.Min(_sources, SharesOf(total, limit)) : 0;

    private static long SharesOf(PartitionStatistics total, long limit) => ((total.Bytes - 1) / limit) + 1;

    private sealed class Cutting(long totalBytes, long shares)
    {
        private Int128 _bytes;
        private long _share;

        public List<int> Cuts { get; } = [];

        public void Add(int source, long bytes)
        {
            // Twice the place of the middle, which may lie between two bytes.
            var share = (long)(((2 * _bytes) + bytes) * shares / (2 * (Int128)totalBytes));
            if (share > _share && _bytes > 0)
            {
                Cuts.Add(source);
            }

            _share = share;
            _bytes += bytes;
        }
    }
}
