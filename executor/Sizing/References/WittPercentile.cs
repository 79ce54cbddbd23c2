namespace Executor.Sizing.References;

/// <summary>
/// Witt's percentile predictor (Feedback-Based Resource Allocation for Batch Scheduling of Scientific Workflows, 2019): the 95th percentile of all
/// peaks, between two of them by linear interpolation. Not thread-safe.
/// </summary>
internal sealed class WittPercentile
{
    private readonly List<double> _peaks = [];

    /// <summary>The predicted bytes; null if nothing was seen.</summary>
    public double? Predict()
    {
        if (_peaks.Count == 0)
        {
            return null;
        }

        var place = 0.95 * (_peaks.Count - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, _peaks.Count - 1);
        return _peaks[below] + ((place - below) * (_peaks[above] - _peaks[below]));
    }

    /// <summary>Adds a peak.</summary>
    public void Add(double peakBytes)
    {
        var place = _peaks.BinarySearch(peakBytes);
        _peaks.Insert(place < 0 ? ~place : place, peakBytes);
    }
}
