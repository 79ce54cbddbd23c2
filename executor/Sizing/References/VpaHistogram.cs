namespace Executor.Sizing.References;

/// <summary>
/// The decaying histogram of Kubernetes' Vertical Pod Autoscaler (kubernetes/autoscaler, <c>pkg/recommender/util</c>): bucket n begins at
/// first·(1.05^n - 1)/0.05, the last has no end, and a sample weighs 2^(age/half-life) times what one at the reference time does. A percentile answers the end of its bucket.
/// Not thread-safe.
/// </summary>
internal sealed class VpaHistogram
{
    private const double Ratio = 1.05;
    private const double Epsilon = 1e-4;

    // Beyond 2^100 the weights are scaled down, as the autoscaler does it.
    private const double MaxExponent = 100;

    private readonly double _first;
    private readonly double _halfLifeSeconds;
    private readonly double[] _weights;
    private double _total;
    private double _reference = double.NaN;

    /// <summary>An empty one.</summary>
    /// <param name="firstBucket">The size of the first bucket.</param>
    /// <param name="max">A value that has to fall below the last bucket.</param>
    /// <param name="halfLifeSeconds">After so long a sample weighs half of a new one.</param>
    public VpaHistogram(double firstBucket, double max, double halfLifeSeconds)
    {
        _first = firstBucket;
        _halfLifeSeconds = halfLifeSeconds;
        _weights = new double[(int)Math.Ceiling(Math.Log((max * (Ratio - 1) / firstBucket) + 1) / Math.Log(Ratio)) + 1];
    }

    /// <summary>The number of buckets.</summary>
    public int Buckets => _weights.Length;

    /// <summary>True if no sample counts.</summary>
    public bool IsEmpty => _total < Epsilon;

    /// <summary>A histogram of memory as the autoscaler has it: 176 buckets from 10 MB to 1 TB, half-life 24 h.</summary>
    public static VpaHistogram OfMemory() => new(1e7, 1e12, 24 * 3600);

    /// <summary>A histogram of processors as the autoscaler has it: 176 buckets from 0.01 to 1,000 cores, half-life 24 h.</summary>
    public static VpaHistogram OfCores() => new(0.01, 1000, 24 * 3600);

    /// <summary>Where a bucket begins.</summary>
    public double BucketStart(int bucket) => _first * (Math.Pow(Ratio, bucket) - 1) / (Ratio - 1);

    /// <summary>The bucket of a value that is not negative.</summary>
    public int Bucket(double value) =>
        value < _first ? 0 : Math.Min((int)(Math.Log((value * (Ratio - 1) / _first) + 1) / Math.Log(Ratio)), Buckets - 1);

    /// <summary>Adds a sample.</summary>
    /// <param name="value">Its value, not negative.</param>
    /// <param name="seconds">When it was taken, on any clock.</param>
    /// <param name="weight">What it weighs before it ages.</param>
    public void Add(double value, double seconds, double weight = 1)
    {
        if (double.IsNaN(_reference))
        {
            _reference = seconds;
        }

        if (seconds - _reference > MaxExponent * _halfLifeSeconds)
        {
            Rebase(seconds);
        }

        var aged = weight * Math.Pow(2, (seconds - _reference) / _halfLifeSeconds);
        _weights[Bucket(value)] += aged;
        _total += aged;
    }

    /// <summary>The end of the bucket that a share of the weight lies up to; the start of the last bucket for that one; 0 if empty.</summary>
    public double Percentile(double share)
    {
        if (IsEmpty)
        {
            return 0;
        }

        var last = Array.FindLastIndex(_weights, weight => weight >= Epsilon);
        var (bucket, sum, threshold) = (0, _weights[0], share * _total);
        while (bucket < last && sum < threshold)
        {
            sum += _weights[++bucket];
        }

        return BucketStart(bucket < Buckets - 1 ? bucket + 1 : bucket);
    }

    private void Rebase(double seconds)
    {
        var scale = Math.Pow(2, (_reference - seconds) / _halfLifeSeconds);
        _total = 0;
        for (var i = 0; i < _weights.Length; i++)
        {
            _total += _weights[i] *= scale;
        }

        _reference = seconds;
    }
}
