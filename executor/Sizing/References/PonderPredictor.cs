namespace Executor.Sizing.References;

/// <summary>
/// Ponder (Lehmann et al., 2024, after the authors' description and published behaviour): below five attempts it knows only that an input smaller than one
/// seen needs no more than the largest peak; above, a line through peaks over input sizes by a loss that takes a prediction that is too small for 50 times as bad, where the
/// correlation is above 0.3, else the largest peak. On top comes twice the standard deviation of the line's errors, weighted by closeness of input, or
/// 128 MiB if that is more. Not thread-safe.
/// </summary>
/// <param name="capacity">The attempts that are kept, the last ones; all by default, as Ponder does.</param>
internal sealed class PonderPredictor(int capacity = int.MaxValue)
{
    private const int FirstAttempts = 5;
    private const double MinOffset = 128 * 1024 * 1024;
    private const double MinCorrelation = 0.3;
    private const double WeightAbove = 0.02;
    private readonly List<(double Input, double Peak)> _seen = [];
    private (double Intercept, double Slope, double Min, double Max, double MaxInput)? _line;
    private bool _fitted;

    /// <summary>The predicted bytes; null where Ponder leaves the user's request.</summary>
    public double? Predict(double inputBytes)
    {
        if (_seen.Count < FirstAttempts)
        {
            return _seen.Exists(seen => seen.Input > inputBytes) ? _seen.Max(seen => seen.Peak) + MinOffset : null;
        }

        if (!_fitted)
        {
            _line = Fit();
            _fitted = true;
        }

        if (_line is not { } line)
        {
            return _seen.Max(seen => seen.Peak) + MinOffset;
        }

        var value = line.Intercept + (line.Slope * inputBytes);
        value = value < line.Min ? line.Min
            : (value > line.Max && inputBytes < line.MaxInput) || (value < line.Max && inputBytes >= line.MaxInput) ? line.Max
            : value;
        return value + Math.Max(MinOffset, 2 * Math.Sqrt(ErrorVariance(inputBytes, line.Intercept, line.Slope)));
    }

    /// <summary>Adds an attempt.</summary>
    public void Add(double inputBytes, double peakBytes)
    {
        if (_seen.Count == capacity)
        {
            _seen.RemoveAt(0);
        }

        _seen.Add((inputBytes, peakBytes));
        _fitted = false;
    }

    private (double Intercept, double Slope, double Min, double Max, double MaxInput)? Fit()
    {
        var (_, slope, meanX, meanY, correlation) = Regress(_ => 1);
        if (!(correlation > MinCorrelation))
        {
            return null;
        }

        var intercept = meanY - (slope * meanX);

        // The asymmetric squared loss is minimised by least squares whose weights follow from the side that each point lies on.
        for (var round = 0; round < 60; round++)
        {
            var (a, b) = (intercept, slope);
            var step = Regress(point => point.Peak > a + (b * point.Input) ? 1 : WeightAbove);
            if (!(step.SquaresX > 0))
            {
                break;
            }

            slope = step.Slope;
            intercept = step.MeanY - (slope * step.MeanX);
            if (Math.Abs(slope - b) <= 1e-12 * Math.Abs(slope) && Math.Abs(intercept - a) <= 1e-6)
            {
                break;
            }
        }

        return (intercept, slope, _seen.Min(seen => seen.Peak), _seen.Max(seen => seen.Peak), _seen.Max(seen => seen.Input));
    }

    private (double SquaresX, double Slope, double MeanX, double MeanY, double Correlation) Regress(Func<(double Input, double Peak), double> weight)
    {
        var (sum, meanX, meanY) = (0.0, 0.0, 0.0);
        foreach (var point in _seen)
        {
            var w = weight(point);
            sum += w;
            meanX += w * point.Input;
            meanY += w * point.Peak;
        }

        (meanX, meanY) = (meanX / sum, meanY / sum);
        var (squaresX, squaresY, products) = (0.0, 0.0, 0.0);
        foreach (var point in _seen)
        {
            var w = weight(point);
            var (dx, dy) = (point.Input - meanX, point.Peak - meanY);
            squaresX += w * dx * dx;
            squaresY += w * dy * dy;
            products += w * dx * dy;
        }

        return (squaresX, products / squaresX, meanX, meanY, products / Math.Sqrt(squaresX * squaresY));
    }

    private double ErrorVariance(double inputBytes, double intercept, double slope)
    {
        var farthest = _seen.Max(seen => Math.Abs(seen.Input - inputBytes));
        var extra = Math.Max(1 - (_seen.Count / 10.0), 0) / 100;
        var (sum, sumOfSquares, mean) = (0.0, 0.0, 0.0);
        foreach (var (input, peak) in _seen)
        {
            var weight = Weight(input);
            sum += weight;
            sumOfSquares += weight * weight;
            mean += weight * (peak - intercept - (slope * input));
        }

        mean /= sum;
        var variance = 0.0;
        foreach (var (input, peak) in _seen)
        {
            var error = peak - intercept - (slope * input) - mean;
            variance += Weight(input) * error * error;
        }

        var freedom = sum - (sumOfSquares / sum);
        return freedom > 0 ? variance / freedom : 0;

        double Weight(double input) => farthest == 0 ? 1 : 1 - (Math.Abs(input - inputBytes) / farthest) + extra;
    }
}
