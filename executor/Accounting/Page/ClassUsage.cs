namespace Executor.Accounting.Page;

/// <summary>What the page tells of a class of tasks. Not thread-safe.</summary>
/// <param name="name">The class.</param>
/// <param name="ordinal">Its place among the classes, in the order in which they were first seen.</param>
internal sealed class ClassUsage(string name, int ordinal)
{
    private readonly List<long> _peaks = [];

    /// <summary>The class.</summary>
    public string Name { get; } = name;

    /// <summary>Its place among the classes.</summary>
    public int Ordinal { get; } = ordinal;

    /// <summary>The sums over its attempts.</summary>
    public UsageTotals Totals { get; } = new();

    /// <summary>Adds an attempt.</summary>
    public void Add(AccountingRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        Totals.Add(row);
        if (row.PeakMemoryBytes is { } peak)
        {
            _peaks.Add(peak);
        }
    }

    /// <summary>The peak that such a share of its attempts did not exceed; 0 if there is none.</summary>
    public long PeakAt(double share)
    {
        _peaks.Sort();
        return _peaks.Count == 0 ? 0 : _peaks[Math.Clamp((int)Math.Ceiling(share * _peaks.Count) - 1, 0, _peaks.Count - 1)];
    }
}
