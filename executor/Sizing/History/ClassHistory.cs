using Executor.Sizing.References;

namespace Executor.Sizing.History;

/// <summary>
/// What the attempts of one task class have shown, the last <see cref="Capacity"/> of them, with the sums that experts ask for. Older ones are
/// forgotten, so that a class that changed is learned anew and memory stays bounded. Not thread-safe.
/// </summary>
internal sealed class ClassHistory
{
    /// <summary>The observations that are kept, censored ones apart.</summary>
    public const int Capacity = 2000;

    private readonly Queue<Observation> _kept = new();
    private readonly List<(double Input, long Order, double Peak)> _byInput = [];
    private double _censored;
    private double _sumPeak;
    private long _order;

    /// <summary>How many attempts were seen to their end, the forgotten included.</summary>
    public long Seen { get; private set; }

    /// <summary>The kept observations, oldest first.</summary>
    public IReadOnlyCollection<Observation> Kept => _kept;

    /// <summary>The largest peak; 0 if there is none.</summary>
    public double MaxPeak { get; private set; }

    /// <summary>The smallest peak; infinite if there is none.</summary>
    public double MinPeak { get; private set; } = double.PositiveInfinity;

    /// <summary>The largest known need: a peak, or a limit that was not enough.</summary>
    public double MaxNeed => Math.Max(MaxPeak, _censored);

    /// <summary>The seconds of all kept attempts together.</summary>
    public double TotalSeconds { get; private set; }

    /// <summary>Input bytes and peaks, of attempts whose input is known.</summary>
    public Covariance InputPeak { get; } = new();

    /// <summary>The same in logarithms; an input of less than a byte counts as one.</summary>
    public Covariance LogInputPeak { get; } = new();

    /// <summary>The logarithms of seconds and of peaks.</summary>
    public Covariance LogSecondsPeak { get; } = new();

    /// <summary>The autoscaler's estimate from the same attempts.</summary>
    public VpaMemory Vpa { get; } = new();

    /// <summary>Kept observations whose input is known, the smallest input first.</summary>
    public IReadOnlyList<(double Input, long Order, double Peak)> ByInput => _byInput;

    /// <summary>The mean peak; 0 if there is none.</summary>
    public double MeanPeak => LogSecondsPeak.Count == 0 ? 0 : _sumPeak / LogSecondsPeak.Count;

    /// <summary>Adds an observation that has no <see cref="Observation.Problem"/>.</summary>
    public void Add(Observation observation)
    {
        if (observation.Censored)
        {
            _censored = Math.Max(_censored, observation.PeakBytes);
            Vpa.OutOfMemory(observation.PeakBytes);
            return;
        }

        if (_kept.Count == Capacity)
        {
            Forget();
        }

        _kept.Enqueue(observation);
        Seen++;
        MaxPeak = Math.Max(MaxPeak, observation.PeakBytes);
        MinPeak = Math.Min(MinPeak, observation.PeakBytes);
        Vpa.Add(observation.PeakBytes);
        Count(observation, 1);
    }

    private void Forget()
    {
        var oldest = _kept.Dequeue();
        Count(oldest, -1);
        if (oldest.PeakBytes >= MaxPeak || oldest.PeakBytes <= MinPeak)
        {
            MaxPeak = _kept.Max(kept => kept.PeakBytes);
            MinPeak = _kept.Min(kept => kept.PeakBytes);
        }

        // A limit that was not enough once is forgotten with the attempts of its time.
        if (Seen % Capacity == 0)
        {
            _censored = 0;
        }
    }

    private void Count(Observation observation, int sign)
    {
        TotalSeconds += sign * observation.Seconds;
        _sumPeak += sign * observation.PeakBytes;
        Change(LogSecondsPeak, Math.Log(observation.Seconds), Math.Log(observation.PeakBytes));
        if (observation.InputBytes is not { } input)
        {
            return;
        }

        Change(InputPeak, input, observation.PeakBytes);
        Change(LogInputPeak, Math.Log(Math.Max(input, 1)), Math.Log(observation.PeakBytes));
        if (sign > 0)
        {
            var entry = (input, _order++, observation.PeakBytes);
            _byInput.Insert(~_byInput.BinarySearch(entry), entry);
        }
        else
        {
            // Of equal inputs the oldest stands first.
            _byInput.RemoveAt(~_byInput.BinarySearch((input, -1L, 0)));
        }

        void Change(Covariance sums, double x, double y)
        {
            if (sign > 0)
            {
                sums.Add(x, y);
            }
            else
            {
                sums.Remove(x, y);
            }
        }
    }
}
