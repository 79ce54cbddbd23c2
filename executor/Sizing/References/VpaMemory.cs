namespace Executor.Sizing.References;

/// <summary>
/// The target that the Vertical Pod Autoscaler would recommend for the memory of a class of short pods: each pod gives one sample, and one more when it runs out of memory; the
/// 90th percentile of them, 15 % more, at least 250 MiB. All pods of a run are taken as equally old. Not thread-safe.
/// </summary>
internal sealed class VpaMemory
{
    private const double MinBytes = 250 * 1024 * 1024;
    private const double SafetyMargin = 1.15;
    private readonly VpaHistogram _histogram = VpaHistogram.OfMemory();

    /// <summary>The recommended bytes; null if nothing was seen.</summary>
    public double? Target => _histogram.IsEmpty ? null : Math.Max(MinBytes, SafetyMargin * _histogram.Percentile(0.9));

    /// <summary>What is tried after <paramref name="bytes"/> were not enough: 100 MiB more, and at least a fifth more.</summary>
    public static double AfterOutOfMemory(double bytes) => Math.Max(bytes + (100 * 1024 * 1024), 1.2 * bytes);

    /// <summary>Adds the peak of a pod.</summary>
    public void Add(double peakBytes) => _histogram.Add(peakBytes, 0);

    /// <summary>Adds a pod that ran out of so much memory.</summary>
    public void OutOfMemory(double bytes) => _histogram.Add(AfterOutOfMemory(bytes), 0);
}
