namespace Executor.Sizing.Experts;

/// <summary>
/// What an expert's guesses are multiplied with: the factor that would have cost least over the last <see cref="Capacity"/> guesses that were made before their outcome
/// was known. Each of these errors is taken not as a point but as spread upwards (exponentially, in the logarithm), wider the fewer there are and the more they differ: with n
/// of them the largest is exceeded once in n+1 times, and how far is not known. Not thread-safe.
/// </summary>
internal sealed class SafetyFactor
{
    /// <summary>The errors that are kept.</summary>
    public const int Capacity = 400;

    // The spread: so much in logarithms before anything is known, which counts as so many errors; never less than the floor, and shrinking with the root of the number of errors.
    private const double PriorSpread = 0.05;
    private const double PriorErrors = 4;
    private const double SpreadOfErrors = 0.5;
    private const double MinSpread = 0.005;

    // Factors are tried in steps of half a percent, or of as much as it takes to stay within so many of them.
    private const double Step = 0.005;
    private const int MaxSteps = 600;

    private readonly Queue<Error> _errors = new();

    /// <summary>How many errors are known.</summary>
    public int Count => _errors.Count;

    /// <summary>Takes in what became of a guess.</summary>
    /// <param name="guess">The guess, more than 0.</param>
    /// <param name="peak">What was needed.</param>
    /// <param name="seconds">For how long.</param>
    /// <param name="seen">How many attempts the guess was made from: that of a young model counts less later on.</param>
    public void Add(double guess, double peak, double seconds, long seen)
    {
        if (_errors.Count == Capacity)
        {
            _errors.Dequeue();
        }

        _errors.Enqueue(new Error(Math.Log(peak / guess), guess, peak, seconds, seen));
    }

    /// <summary>The factor that costs least; at least one error must be known.</summary>
    /// <param name="maxNeed">The largest known need, which is tried next after a failure.</param>
    /// <param name="seen">How many attempts the class has seen.</param>
    public double Choose(double maxNeed, long seen)
    {
        Error[] errors = [.. _errors];
        Array.Sort(errors, static (a, b) => a.Log.CompareTo(b.Log));
        var weights = new double[errors.Length];
        var failures = new double[errors.Length];
        var (failingHeld, failingRest) = (0.0, 0.0);
        for (var i = 0; i < errors.Length; i++)
        {
            var error = errors[i];
            weights[i] = Math.Min(1, (double)error.Seen / seen);
            failures[i] = weights[i] * (OutOfMemoryPrice.Of(error.Peak, error.Seconds) + ((Math.Max(1.02 * maxNeed, 1.02 * error.Peak) - error.Peak) * error.Seconds));
            failingHeld += weights[i] * error.Guess * error.Seconds;
            failingRest += failures[i];
        }

        var spread = Spread(errors, weights);
        var (first, last) = (errors[0].Log, errors[^1].Log + (8 * spread) + Step);
        var steps = Math.Min(MaxSteps, (int)Math.Ceiling((last - first) / Step) + 1);
        var step = (last - first) / (steps - 1);
        var (fade, growth) = (Math.Exp(-step / spread), Math.Exp(step));
        var (best, bestCost) = (last, double.PositiveInfinity);

        // Errors above the factor fail for certain; those below hold memory idle, and fail as likely as their spread reaches above.
        var (next, held, used, faded) = (0, 0.0, 0.0, 0.0);
        var (place, factor) = (first, Math.Exp(first));
        for (var i = 0; i < steps; i++, place += step, factor *= growth, faded *= fade)
        {
            for (; next < errors.Length && errors[next].Log <= place + 1e-12; next++)
            {
                var (error, weight) = (errors[next], weights[next]);
                var share = weight * error.Guess * error.Seconds;
                failingHeld -= share;
                failingRest -= failures[next];
                held += share;
                used += weight * error.Peak * error.Seconds;
                faded += failures[next] * Math.Exp(-(place - error.Log) / spread);
            }

            var cost = (factor * failingHeld) + failingRest + (factor * held) - used + faded;
            if (cost < bestCost)
            {
                (best, bestCost) = (place, cost);
            }
        }

        return Math.Exp(best);
    }

    private static double Spread(Error[] errors, double[] weights)
    {
        var (sum, mean, squares) = (0.0, 0.0, 0.0);
        for (var i = 0; i < errors.Length; i++)
        {
            sum += weights[i];
            mean += weights[i] * errors[i].Log;
        }

        mean /= sum;
        for (var i = 0; i < errors.Length; i++)
        {
            squares += weights[i] * (errors[i].Log - mean) * (errors[i].Log - mean);
        }

        var n = errors.Length;
        var spread = ((PriorSpread * PriorErrors) + (SpreadOfErrors * Math.Sqrt(squares / sum) * n)) / (PriorErrors + n);
        return Math.Max(MinSpread, spread) / Math.Sqrt(1 + (n / PriorErrors));
    }

    private readonly record struct Error(double Log, double Guess, double Peak, double Seconds, long Seen);
}
