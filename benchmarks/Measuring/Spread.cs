using System.Globalization;

namespace Executor.Benchmarks.Measuring;

/// <summary>What repeated measurements came to: the median, and how far the machine's noise carried them from it.</summary>
/// <param name="Median">The median.</param>
/// <param name="Min">The least.</param>
/// <param name="Max">The most.</param>
internal readonly record struct Spread(double Median, double Min, double Max)
{
    internal static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }

    /// <summary>The spread of the quotients of measurements that were made in the same round.</summary>
    internal static Spread Ratio(IEnumerable<double> ours, IEnumerable<double> peers) => Of(ours.Zip(peers, (own, peer) => own / peer));

    /// <summary>Like <c>1.20 (1.10 .. 1.40)</c>.</summary>
    internal string ToString(string format) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Median.ToString(format, CultureInfo.InvariantCulture)} ({Min.ToString(format, CultureInfo.InvariantCulture)} .. {Max.ToString(format, CultureInfo.InvariantCulture)})");
}
