using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Planning;
using Xunit;

namespace Executor.Tests.Planning;

public sealed class SliceChoiceTests
{
    private static readonly OutputId Output = new("make", "rows");

    [Theory]
    [InlineData(20261126)]
    [InlineData(11)]
    public void Every_producing_instance_is_in_one_slice_of_each_partition_and_no_slice_is_larger_than_the_limit_by_more_than_one_instance(int seed)
    {
        for (var round = 0; round < 500; round++)
        {
            var random = new Random(seed + round);
            var (partitions, sources) = (random.Next(1, 9), random.Next(1, 40));
            var written = Written(random, partitions, sources);
            var above = random.Next(1, 4_000);
            var choice = Choose(above, partitions, written);

            var slices = Enumerable.Range(0, choice.Instances).Select(choice.At).ToList();
            Assert.Equal(Enumerable.Range(0, partitions), slices.Select(slice => slice.Partition).Distinct());
            foreach (var partition in slices.GroupBy(slice => slice.Partition))
            {
                var bytes = written.Select(instance => instance.FirstOrDefault(part => part.Partition == partition.Key).Bytes).ToArray();
                var parts = partition.ToList();
                Assert.Equal(Enumerable.Range(0, parts.Count).Select(slice => (slice, parts.Count)), parts.Select(part => (part.Slice, part.Slices)));
                if (parts.Count == 1)
                {
                    Assert.Null(parts[0].Sources);
                    Assert.True(bytes.Sum() <= above || bytes.Count(count => count > 0) <= 1, $"seed {seed + round}: {partition.Key} is whole");
                    continue;
                }

                // The first begins at 0, each goes on where the one before it ended, the last ends with the last instance.
                Assert.Equal([0, .. parts.Select(part => part.Sources!.Value.To)], [.. parts.Select(part => part.Sources!.Value.From), sources]);
                var wanted = ((bytes.Sum() - 1) / above) + 1;
                var sums = parts.Select(part => bytes.Where((_, index) => part.Sources!.Value.Contains(index)).Sum()).ToList();
                Assert.True(parts.Count <= Math.Min(wanted, bytes.Count(count => count > 0)), $"seed {seed + round}: {parts.Count} slices");
                Assert.All(sums, sum => Assert.InRange(sum, 1, (bytes.Sum() / wanted) + bytes.Max()));
            }
        }
    }

    [Fact]
    public void Equal_instances_make_equal_slices()
    {
        var choice = Choose(250, 2, [.. Enumerable.Range(0, 12).Select(_ => Parts((0, 1), (1, 100)))]);

        Assert.Equal(
            [
                new(0, 0, 1, null), new(1, 0, 5, new(0, 2)), new(1, 1, 5, new(2, 5)), new(1, 2, 5, new(5, 7)), new(1, 3, 5, new(7, 10)), new(1, 4, 5, new(10, 12)),
            ],
            Enumerable.Range(0, choice.Instances).Select(choice.At));
    }

    [Fact]
    public void What_one_instance_wrote_is_never_split()
    {
        var choice = Choose(100, 1, [Parts((0, 10)), Parts((0, 5_000)), Parts((0, 10))]);

        Assert.All(Enumerable.Range(0, choice.Instances).Select(choice.At), slice => Assert.True(slice.Sources is null || slice.Sources.Value.To > slice.Sources.Value.From));
        Assert.Equal(1, Choose(100, 1, [Parts((0, 5_000))]).Instances);
        Assert.Equal(1, Choose(100, 1, [Parts(), Parts((0, 5_000)), Parts()]).Instances);
    }

    [Fact]
    public void Partitions_up_to_the_limit_stay_whole_and_nothing_need_be_known_of_the_instances()
    {
        var chooser = new SliceChooser(Output, 100, 3, 1_000_000, Parts((0, 100), (2, 1)));

        Assert.False(chooser.Splits);
        Assert.Equal(3, chooser.Choose().Instances);
    }

    [Fact]
    public void However_small_the_limit_there_are_no_more_slices_than_can_be_kept_track_of()
    {
        const int Sources = 1_000;
        const int Partitions = 4_096;
        var chooser = new SliceChooser(Output, 1, Partitions, Sources, Parts([.. Enumerable.Range(0, Partitions).Select(partition => (partition, 100L * Sources))]));
        for (var source = 0; source < Sources; source++)
        {
            chooser.Add(Parts([.. Enumerable.Range(0, Partitions).Select(partition => (partition, 100L))]));
        }

        Assert.InRange(chooser.Choose().Instances, Partitions + 1, Partitions + SliceChooser.MaxSlices);
    }

    [Fact]
    public void Totals_near_the_largest_number_do_not_overflow()
    {
        const long Huge = long.MaxValue / 2;
        var choice = Choose(Huge / 8, 1, [Parts((0, Huge)), Parts((0, Huge))]);

        Assert.Equal([new(0, 0, 2, new(0, 1)), new(0, 1, 2, new(1, 2))], Enumerable.Range(0, choice.Instances).Select(choice.At));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(0, 0)]
    [InlineData(0, 5)]
    [InlineData(-1, 2)]
    public void A_choice_that_is_none_is_refused(int partition, int cut) =>
        Assert.Throws<ArgumentException>(() => new SliceChoice(Output, 1, 2, 5, [new SplitPartition(partition, [cut])]));

    private static SliceChoice Choose(long above, int partitions, IReadOnlyList<PartitionStatistics>[] written)
    {
        var totals = written.SelectMany(parts => parts).GroupBy(part => part.Partition)
            .Select(parts => parts.Aggregate((sum, part) => sum.Plus(part))).OrderBy(total => total.Partition).ToList();
        var chooser = new SliceChooser(Output, above, partitions, written.Length, totals);
        if (chooser.Splits)
        {
            Array.ForEach(written, chooser.Add);
        }

        return chooser.Choose();
    }

    private static IReadOnlyList<PartitionStatistics>[] Written(Random random, int partitions, int sources) =>
        [.. Enumerable.Range(0, sources).Select(_ => Parts(
            [.. Enumerable.Range(0, partitions).Where(_ => random.Next(4) > 0).Select(partition => (partition, (long)random.Next(1, random.Next(8) == 0 ? 5_000 : 300)))]))];

    private static IReadOnlyList<PartitionStatistics> Parts(params (int Partition, long Bytes)[] parts) =>
        [.. parts.Select(part => new PartitionStatistics(part.Partition, 1, 1, part.Bytes, 7))];
}
