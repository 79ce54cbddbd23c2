using System.Globalization;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Outcomes;
using Executor.Planning;
using Executor.Rendering;
using Executor.Scheduling;
using Executor.Sizing;
using Executor.Sizing.History;

namespace Executor.Driving.Sizes;

/// <summary>
/// Sizes the attempts of a run by the model: asks it before each launch, tells it of each end. No I/O and no clock. What is kept of a run is bounded. Not thread-safe.
/// </summary>
internal sealed class RunSizer : IAttemptSizer
{
    /// <summary>The decisions, and the observations, that are kept until they are taken; later ones are left out.</summary>
    public const int MaxKept = 20_000;

    private const double MinSeconds = 0.001;
    private const int CpuStep = 10;
    private readonly string _run;
    private readonly TaskGraph _graph;
    private readonly PlannedSizing?[] _sizings;
    private readonly InputSizes _inputs;
    private readonly IClassRecommender? _recommender;
    private readonly SizingModel _model = new();
    private readonly Dictionary<AttemptRef, double> _running = [];
    private readonly Dictionary<string, (int Count, double Since)> _runningOf = new(StringComparer.Ordinal);
    private readonly Dictionary<AttemptRef, SizedAttempt> _asked = [];
    private readonly TaskSizes[] _told;
    private List<SizedAttempt> _decisions = [];
    private List<ClassObservation> _observations = [];

    /// <summary>A sizer that knows nothing.</summary>
    /// <param name="run">The run.</param>
    /// <param name="graph">Its tasks.</param>
    /// <param name="recommender">Says what attempts of <see cref="SizingMode.Vpa"/> get; null where there is nobody who could.</param>
    public RunSizer(string run, TaskGraph graph, IClassRecommender? recommender = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        (_run, _graph, _recommender) = (run, graph, recommender);
        _sizings = [.. graph.Plan.Tasks.Select(task => task.Sizing)];
        _inputs = new InputSizes(graph);
        _told = new TaskSizes[graph.TaskCount];
    }

    /// <summary>The classes of which the model has to know what earlier runs have seen. A task that goes by VPA needs nothing of that.</summary>
    public IReadOnlySet<string> LearnedClasses =>
        _sizings.Where(sizing => sizing is not (null or { Mode: SizingMode.Vpa })).Select(sizing => sizing!.Class).ToHashSet(StringComparer.Ordinal);

    /// <summary>The outputs whose seals are wanted.</summary>
    public IReadOnlyList<(int Task, int Output)> WantedSeals => _inputs.Wanted;

    /// <summary>A sizer for a plan; null if none of its tasks is sized.</summary>
    public static RunSizer? For(string run, TaskGraph graph, IClassRecommender? recommender = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph.Plan.Tasks.Any(task => task.Sizing is not null) ? new RunSizer(run, graph, recommender) : null;
    }

    /// <summary>Takes in what earlier attempts have shown. Answers null, or what is wrong with it, which then changes nothing.</summary>
    public string? Recall(ClassObservation earlier) => _model.Observe(earlier.Class, earlier.Seen);

    /// <summary>A seal stands.</summary>
    public void Sealed(int task, int output, SealRecord seal) => _inputs.Sealed(task, output, seal);

    /// <inheritdoc/>
    public bool AwaitsProbe(int task, RunState state)
    {
        ArgumentNullException.ThrowIfNull(state);

        // Where the first has committed and nothing could be measured, nothing is gained by waiting for the next.
        return _sizings[task] is { Mode: SizingMode.Apply } sizing && state.Task(task).Committed == 0 && _model.Of(sizing.Class).Seen == 0;
    }

    /// <inheritdoc/>
    public bool WeighsInputs(int task) => _sizings[task] is not (null or { Mode: SizingMode.Vpa });

    /// <inheritdoc/>
    public AttemptSize? SizeOf(AttemptRef attempt, RunState state, long? largestBytes, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (_sizings[attempt.Task] is not { } sizing)
        {
            return null;
        }

        var planned = _graph.Plan.Tasks[attempt.Task].Resources;
        ref readonly var counts = ref state.Task(attempt.Task);
        var input = _inputs.Of(attempt.Task, attempt.Index, state);
        var (running, runningSeconds) = RunningOf(sizing.Class, now);
        var request = new SizingRequest(planned.MemoryBytes)
        {
            InputBytes = input,
            MinBytes = sizing.MinMemoryBytes ?? 0,
            MaxBytes = sizing.MaxMemoryBytes,
            NodeBytes = largestBytes,
            Waiting = state.Instances(attempt.Task) - counts.Committed - counts.Failed - counts.Launched,
            Running = running,
            RunningSeconds = runningSeconds,
        };
        var said = sizing.Mode == SizingMode.Vpa ? RecommendedOf(attempt.Task) : null;
        var decision = said is null ? _model.Decide(sizing.Class, request) : Follow(said, request);
        var exhausted = state.Instance(attempt.Task, attempt.Index).ExhaustedBytes;
        var given = sizing.Applies
            ? Math.Max(decision.MemoryBytes, AfterExhausted(exhausted, sizing.Class, request.MostBytes))
            : AttemptMemory.Next(planned.MemoryBytes, exhausted, largestBytes);
        _asked[attempt] = new SizedAttempt(_graph.Name(_run, attempt), input, planned.MemoryBytes, given, decision);
        return sizing.Applies ? new AttemptSize(given, CpuOf(sizing, planned.CpuMillicores, said)) : null;
    }

    /// <inheritdoc/>
    public bool Sizes(int task) => _sizings[task] is { Applies: true };

    /// <inheritdoc/>
    public long? MostBytes(int task) => Sizes(task) ? _sizings[task]!.MaxMemoryBytes : null;

    /// <summary>An attempt is launched as it was sized.</summary>
    public void Launched(AttemptRef attempt, DateTimeOffset now)
    {
        if (_asked.Remove(attempt, out var sized))
        {
            Count(attempt, 1, _running[attempt] = Seconds(now));
            _told[attempt.Task].Add(sized.Decision.Reason, Sizes(attempt.Task) ? sized.GivenBytes : sized.Decision.MemoryBytes);
            if (_decisions.Count < MaxKept)
            {
                _decisions.Add(sized);
            }
        }
    }

    /// <summary>An attempt runs that an earlier driver launched.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="launched">When, by that driver's clock.</param>
    public void Adopted(AttemptRef attempt, DateTimeOffset launched)
    {
        if (_sizings[attempt.Task] is not null && _running.TryAdd(attempt, Seconds(launched)))
        {
            Count(attempt, 1, Seconds(launched));
        }
    }

    /// <summary>An attempt has ended. One that committed or ran out of memory shows something of its class, any other does not.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="usage">What it used, where that is known.</param>
    /// <param name="state">What is decided.</param>
    public void Ended(AttemptRef attempt, AttemptOutcome outcome, AttemptUsage? usage, RunState state)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        ArgumentNullException.ThrowIfNull(state);
        if (_running.Remove(attempt, out var since))
        {
            Count(attempt, -1, -since);
        }

        if (_sizings[attempt.Task] is { } sizing && ObservationOf(attempt, outcome, usage, state) is { } seen
            && _model.Observe(sizing.Class, seen) is null && _observations.Count < MaxKept)
        {
            _observations.Add(new ClassObservation(sizing.Class, seen));
        }
    }

    /// <summary>What was decided and seen since the last call.</summary>
    public (IReadOnlyList<SizedAttempt> Decisions, IReadOnlyList<ClassObservation> Observations) Take()
    {
        var taken = (_decisions, _observations);
        (_decisions, _observations) = ([], []);
        return taken;
    }

    /// <summary>What people are told at the end, a line for each sized task of which an attempt was launched.</summary>
    public IEnumerable<string> Summary()
    {
        for (var task = 0; task < _told.Length; task++)
        {
            if (_told[task] is { Count: > 0 } told && _sizings[task] is { } sizing)
            {
                var asked = Quantities.Memory(_graph.Plan.Tasks[task].Resources.MemoryBytes);
                var range = told.Least == told.Most ? Quantities.Memory(told.Least) : $"{Quantities.Memory(told.Least)} to {Quantities.Memory(told.Most)}";
                var what = sizing.Applies ? "got" : "would have got";
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"sizing: {_graph.Plan.Tasks[task].Name}: {told.Count} {(told.Count == 1 ? "attempt" : "attempts")} {what} {range}, where {asked} is asked for; the last: {told.Reason}");
            }
        }
    }

    private long AfterExhausted(long exhausted, string taskClass, long mostBytes) =>
        exhausted == 0 ? 0 : OomEscalation.Next(exhausted, _model.Of(taskClass).MaxPeakBytes, mostBytes) ?? mostBytes;

    private ClassRecommendation RecommendedOf(int task) =>
        _recommender?.Of(_graph.Plan.Tasks[task].Name) ?? new ClassRecommendation(null, null, "no VPA: the run is not on a cluster");

    private static SizingDecision Follow(ClassRecommendation said, SizingRequest request) => new(
        Math.Min(Math.Max(said.MemoryBytes ?? request.RequestBytes ?? 1, request.MinBytes), request.MostBytes), "vpa", SizingStep.Launch, [], said.Reason)
    {
        TargetBytes = said.MemoryBytes,
    };

    private int? CpuOf(PlannedSizing sizing, long planned, ClassRecommendation? said)
    {
        if (!sizing.SizesCpu)
        {
            return null;
        }

        // The request is between the bounds unless it says otherwise itself.
        var least = sizing.MinCpuMillicores ?? Math.Min(Math.Max(1, planned / 10), sizing.MaxCpuMillicores!.Value);
        var most = sizing.MaxCpuMillicores ?? Math.Max(planned, least);
        var wanted = said is not null ? said.CpuMillicores ?? planned
            : _model.Of(sizing.Class).Cores is { } cores ? Math.Ceiling(Math.Min(cores, 1_000_000) * 1000 / CpuStep) * CpuStep
            : planned;
        return (int)Math.Clamp(wanted, least, most);
    }

    // The sum of the times at which a class's attempts were launched tells for how long they have run together, however many they are.
    private (int Count, double Seconds) RunningOf(string taskClass, DateTimeOffset now)
    {
        var (count, since) = _runningOf.GetValueOrDefault(taskClass);
        return (count, Math.Max(0, (count * Seconds(now)) - since));
    }

    private void Count(AttemptRef attempt, int change, double since)
    {
        var taskClass = _sizings[attempt.Task]!.Class;
        var before = _runningOf.GetValueOrDefault(taskClass);
        _runningOf[taskClass] = (before.Count + change, before.Since + since);
    }

    private static double Seconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).TotalSeconds;

    private Observation? ObservationOf(AttemptRef attempt, AttemptOutcome outcome, AttemptUsage? usage, RunState state)
    {
        var input = _inputs.Of(attempt.Task, attempt.Index, state);
        var seconds = usage is null ? MinSeconds : Math.Max(MinSeconds, HeldSeconds(usage));

        // Of an attempt that is not the latest it is not known any longer what it had.
        ref readonly var instance = ref state.Instance(attempt.Task, attempt.Index);
        var given = instance.Generation == attempt.Generation && instance.Attempt == attempt.Attempt && instance.MemoryBytes > 0 ? instance.MemoryBytes : (long?)null;
        if (outcome.Cause == AttemptCause.OutOfMemory)
        {
            return given is { } exhausted ? new Observation(input, exhausted, seconds) { Censored = true } : null;
        }

        // A last heartbeat is a lower bound of the peak.
        return outcome.Cause == AttemptCause.Succeeded && usage is not null && usage.Source != MeasureSource.Heartbeat
            ? new Observation(input, MeasuredMemory.Learned(usage, given), seconds)
            {
                Cores = seconds > MinSeconds ? usage.CpuSeconds / seconds : null,
                ThrottledShare = usage.ThrottledSeconds is { } throttled ? Math.Clamp(throttled / seconds, 0, 1) : 0,
            }
            : null;
    }

    // By the runner's monotonic clock, which does not jump as the time of day does.
    private static double HeldSeconds(AttemptUsage usage) =>
        usage.FetchSeconds + usage.RunSeconds + usage.WriteSeconds is > 0 and var measured ? measured : (usage.Ended - usage.Started).TotalSeconds;

    private struct TaskSizes
    {
        public int Count;
        public long Least;
        public long Most;
        public string Reason;

        public void Add(string reason, long bytes)
        {
            Least = Count == 0 ? bytes : Math.Min(Least, bytes);
            Most = Math.Max(Most, bytes);
            Reason = reason;
            Count++;
        }
    }
}
