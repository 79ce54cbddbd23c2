namespace Executor.Shuffle.Engine.Metrics;

/// <summary>How a metric behaves.</summary>
internal enum MetricKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Counts values by size.</summary>
    Histogram,
}

/// <summary>All time series of one metric at a moment.</summary>
/// <param name="Name">Its name by Prometheus' conventions.</param>
/// <param name="Help">What it is.</param>
/// <param name="Kind">How it behaves.</param>
/// <param name="Series">Its series, one for each combination of labels.</param>
internal sealed record MetricFamily(string Name, string Help, MetricKind Kind, IReadOnlyList<MetricSeries> Series);

/// <summary>One time series at a moment.</summary>
/// <param name="Labels">Names and values.</param>
/// <param name="Value">The value; of a histogram, the sum of all.</param>
/// <param name="Buckets">Of a histogram, how many values were at most each bound, ascending, the last bound infinite; else null.</param>
internal sealed record MetricSeries(
    IReadOnlyList<KeyValuePair<string, string>> Labels, double Value, IReadOnlyList<HistogramBucket>? Buckets = null);

/// <summary>A bucket of a histogram.</summary>
/// <param name="Bound">Its upper bound.</param>
/// <param name="Count">How many values were at most that.</param>
internal readonly record struct HistogramBucket(double Bound, long Count);
