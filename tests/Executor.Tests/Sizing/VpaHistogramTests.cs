using Executor.Sizing.References;
using Xunit;

namespace Executor.Tests.Sizing;

/// <summary>Expected numbers are computed apart, by summing the sizes of the buckets one by one (10 MB, each 5 % larger than the one before).</summary>
public sealed class VpaHistogramTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1e7)]
    [InlineData(2, 2.05e7)]
    [InlineData(10, 125778925.35548832)]
    [InlineData(100, 26100251569.260784)]
    [InlineData(174, 972475627528.4429)]
    [InlineData(175, 1021109408904.865)]
    public void Buckets_of_memory_grow_by_a_twentieth(int bucket, double start)
    {
        var histogram = VpaHistogram.OfMemory();
        Assert.Equal(176, histogram.Buckets);
        Assert.Equal(start, histogram.BucketStart(bucket), start * 1e-12);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(9.99e6, 0)]
    [InlineData(1.0001e7, 1)]
    [InlineData(2.0499e7, 1)]
    [InlineData(1e8, 8)]
    [InlineData(1.5e9, 43)]
    [InlineData(64e9, 118)]
    [InlineData(1e12, 174)]
    [InlineData(1e13, 175)]
    public void A_value_falls_into_the_bucket_that_spans_it(double value, int bucket) => Assert.Equal(bucket, VpaHistogram.OfMemory().Bucket(value));

    [Fact]
    public void Every_bucket_spans_its_own_values()
    {
        var histogram = VpaHistogram.OfMemory();
        for (var bucket = 0; bucket < 175; bucket++)
        {
            var (start, end) = (histogram.BucketStart(bucket), histogram.BucketStart(bucket + 1));
            Assert.Equal(bucket, histogram.Bucket(start + ((end - start) / 1000)));
            Assert.Equal(bucket, histogram.Bucket(end - ((end - start) / 1000)));
        }
    }

    [Theory]
    [InlineData(0.5, 511134537.5888711)]
    [InlineData(0.9, 903203073.5184505)]
    [InlineData(0.95, 1016281388.5540918)]
    public void A_percentile_is_the_end_of_its_bucket(double share, double expected)
    {
        var histogram = VpaHistogram.OfMemory();
        for (var i = 1; i <= 10; i++)
        {
            histogram.Add(i * 1e8, 0);
        }

        Assert.Equal(expected, histogram.Percentile(share), expected * 1e-12);
    }

    [Fact]
    public void A_sample_of_a_day_ago_weighs_half()
    {
        // 1 of 9 is above 200 MB with 4 new samples, more than a tenth; with 5 it is 1 of 11.
        var histogram = VpaHistogram.OfMemory();
        histogram.Add(1e9, 0);
        for (var i = 0; i < 4; i++)
        {
            histogram.Add(2e8, 24 * 3600);
        }

        Assert.Equal(1016281388.5540918, histogram.Percentile(0.9), 1);
        histogram.Add(2e8, 24 * 3600);
        Assert.Equal(215785635.88227358, histogram.Percentile(0.9), 1);
    }

    [Fact]
    public void A_clock_that_jumps_by_years_leaves_the_newest_samples()
    {
        var histogram = VpaHistogram.OfMemory();
        histogram.Add(1e9, 0);
        histogram.Add(2e8, 400.0 * 24 * 3600);
        Assert.Equal(215785635.88227358, histogram.Percentile(0.9), 1);
        Assert.False(histogram.IsEmpty);
    }

    [Fact]
    public void An_empty_histogram_has_no_percentile() => Assert.Equal(0, VpaHistogram.OfCores().Percentile(0.9));

    [Fact]
    public void The_target_of_memory_has_its_margin_its_floor_and_its_sample_of_a_failure()
    {
        var vpa = new VpaMemory();
        Assert.Null(vpa.Target);
        vpa.Add(1e7);
        Assert.Equal(250.0 * 1024 * 1024, vpa.Target);
        vpa.Add(1e9);
        Assert.Equal(1.15 * 1016281388.5540918, vpa.Target!.Value, 1);
        vpa.OutOfMemory(1e9);
        Assert.Equal(1389197403.78867, vpa.Target!.Value, 1);
        Assert.Equal(2e8 + (100 * 1024 * 1024), VpaMemory.AfterOutOfMemory(2e8));
    }
}
