using System.Diagnostics.Metrics;
using System.Text.Json;
using Executor.Accounting;
using Executor.Driving;
using Executor.Outcomes;
using Executor.Planning;

namespace Executor.Metrics;

/// <summary>
/// What a driver measures of its run, from its own beginning on: the sums and distributions of accounting rows, and where the run stands. Labels are the
/// workflow, the run and the class, never instances, attempts, pods or nodes. What a row does not know is not measured. Thread-safe.
/// </summary>
internal sealed class RunInstruments : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Executor.Run";

    private const double BytesPerGigabyte = 1e9;
    private static readonly double[] PhaseBounds = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400];
    private static readonly double[] LatencyBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
    private static readonly double[] MemoryBounds = [.. Enumerable.Range(24, 16).Select(power => (double)(1L << power))];

    private readonly ClassLabels _classes;
    private readonly Dictionary<string, KeyValuePair<string, object?>[]> _labels;
    private readonly KeyValuePair<string, object?>[] _run;
    private readonly ResourcePrices _prices = new();
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _kills;
    private readonly Histogram<double> _phases;
    private readonly Histogram<double> _durations;
    private readonly Counter<double> _cpu;
    private readonly Counter<double> _cpuRequested;
    private readonly Counter<double> _throttled;
    private readonly Histogram<double> _peaks;
    private readonly Counter<double> _memoryRequested;
    private readonly Counter<double> _memoryUsed;
    private readonly Counter<double> _memoryWasted;
    private readonly Counter<double> _memoryLost;
    private readonly Counter<long> _read;
    private readonly Counter<long> _written;
    private readonly Counter<double> _cost;
    private readonly Histogram<double> _latency;
    private volatile RunProgress? _progress;

    /// <summary>Instruments of a run, all sums at 0.</summary>
    public RunInstruments(RunPlan plan, string run)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _classes = new ClassLabels(plan);
        _run = [new("workflow", plan.Workflow), new("run", run)];
        _labels = _classes.All.ToDictionary(name => name, name => With(_run, new("class", name)), StringComparer.Ordinal);
        Meter = new Meter(MeterName);
        _attempts = Meter.CreateCounter<long>("executor.task.attempts", null, "Attempts that have ended, by how.");
        _retries = Meter.CreateCounter<long>("executor.task.retries", null, "Those of them that were made because an earlier one had failed.");
        _kills = Meter.CreateCounter<long>("executor.task.oom.kills", null, "Attempts that memory has ended, or a process of which it has ended.");
        _phases = Distribution("executor.task.phase.duration", "s", "How long attempts were in each phase of their life, as in the accounting row.", PhaseBounds);
        _durations = Distribution("executor.task.duration", "s", "How long attempts held what they were given.", PhaseBounds);
        _cpu = Meter.CreateCounter<double>("executor.task.cpu", "s", "CPU time that attempts have used.");
        _cpuRequested = Meter.CreateCounter<double>("executor.task.cpu.requested", "s", "CPU time that attempts were given: cores times how long they held them.");
        _throttled = Meter.CreateCounter<double>("executor.task.cpu.throttled", "s", "How long attempts were held back by their CPU limit.");
        _peaks = Distribution("executor.task.memory.peak", "By", "The largest memory of attempts.", MemoryBounds);
        _memoryRequested = Meter.CreateCounter<double>("executor.task.memory.requested.byte.seconds", null, "Memory that attempts were given, over time.");
        _memoryUsed = Meter.CreateCounter<double>("executor.task.memory.used.byte.seconds", null, "The largest memory of attempts, over time.");
        _memoryWasted = Meter.CreateCounter<double>("executor.task.memory.wasted.byte.seconds", null, "Memory that attempts were given for nothing, over time.");
        _memoryLost = Meter.CreateCounter<double>("executor.task.memory.oom.lost.byte.seconds", null, "The part of the waste that attempts were given which ran out of memory.");
        _read = Meter.CreateCounter<long>("executor.task.shuffle.read", "By", "Payload that attempts have read from the shuffle.");
        _written = Meter.CreateCounter<long>("executor.task.shuffle.written", "By", "Payload that attempts have written to the shuffle, committed or not.");
        _cost = Meter.CreateCounter<double>("executor.task.cost.dollars", null, "What attempts have cost, by OpenCost's formula and its prices where no provider's are known.");
        _latency = Distribution(
            "executor.launch.latency", "s", "Time from when the end of an attempt was seen until the attempts that it made possible were launched.", LatencyBounds);
        Meter.CreateObservableGauge("executor.task.instances", Instances, null, "Instances of tasks by where they stand now.");
    }

    /// <summary>Whose instruments these are.</summary>
    public Meter Meter { get; }

    /// <summary>
    /// Measures 0 of every sum of every class, for whoever listens by now: a series that is there before its first increase lets a rate see that one, too.
    /// </summary>
    public void Begin()
    {
        foreach (var labels in _labels.Values)
        {
            _attempts.Add(0, With(labels, new("outcome", NameOf(AttemptCause.Succeeded))));
            foreach (var sum in (Counter<long>[])[_retries, _kills, _read, _written])
            {
                sum.Add(0, labels);
            }

            foreach (var sum in (Counter<double>[])[_cpu, _cpuRequested, _throttled, _memoryRequested, _memoryUsed, _memoryWasted, _memoryLost, _cost])
            {
                sum.Add(0, labels);
            }
        }
    }

    /// <summary>Notes the end of an attempt.</summary>
    public void AttemptEnded(AttemptRow attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        var name = _classes.Of(attempt.Attempt.Task);
        var labels = _labels[name];
        var row = new AccountingRow(attempt, name, _prices);
        _attempts.Add(1, With(labels, new("outcome", NameOf(row.Outcome.Cause))));
        _retries.Add(attempt.Attempt.Attempt > 1 ? 1 : 0, labels);
        _kills.Add(row.OutOfMemory ? 1 : 0, labels);
        foreach (var (phase, seconds) in PhasesOf(row))
        {
            Record(_phases, seconds, With(labels, new("phase", phase)));
        }

        Record(_durations, row.ElapsedSeconds, labels);
        Record(_peaks, row.PeakMemoryBytes, labels);
        _cpu.Add(row.CpuSeconds ?? 0, labels);
        _cpuRequested.Add(row.CpuRequestedSeconds ?? 0, labels);
        _throttled.Add(row.ThrottledSeconds ?? 0, labels);
        _memoryRequested.Add((row.MemoryRequestedGigabyteSeconds ?? 0) * BytesPerGigabyte, labels);
        _memoryUsed.Add((row.MemoryUsedGigabyteSeconds ?? 0) * BytesPerGigabyte, labels);
        _memoryWasted.Add((row.MemoryWastedGigabyteSeconds ?? 0) * BytesPerGigabyte, labels);
        _memoryLost.Add((row.OutOfMemoryLostGigabyteSeconds ?? 0) * BytesPerGigabyte, labels);
        _read.Add(row.InputBytes ?? 0, labels);
        _written.Add(row.OutputBytes ?? 0, labels);
        _cost.Add(row.Cost ?? 0, labels);
    }

    /// <summary>Notes attempts that were launched.</summary>
    /// <param name="count">How many.</param>
    /// <param name="sinceEnd">How long before that the end was seen that made them possible.</param>
    public void Launched(int count, TimeSpan sinceEnd)
    {
        for (var launched = 0; launched < count; launched++)
        {
            _latency.Record(Math.Max(0, sinceEnd.TotalSeconds), _run);
        }
    }

    /// <summary>Notes where the run stands.</summary>
    public void Progress(RunProgress progress) => _progress = progress;

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    private static IEnumerable<(string Phase, double? Seconds)> PhasesOf(AccountingRow row) =>
    [
        ("queue", row.QueueSeconds),
        ("schedule", row.ScheduleSeconds),
        ("init", row.InitSeconds),
        ("pull", row.PullSeconds),
        ("start", row.StartSeconds),
        ("fetch", row.FetchSeconds),
        ("run", row.RunSeconds),
        ("write", row.WriteSeconds),
    ];

    private static void Record(Histogram<double> histogram, double? value, KeyValuePair<string, object?>[] labels)
    {
        if (value is { } known)
        {
            histogram.Record(known, labels);
        }
    }

    private static string NameOf(AttemptCause cause) => JsonNamingPolicy.SnakeCaseLower.ConvertName(cause.ToString());

    private static KeyValuePair<string, object?>[] With(KeyValuePair<string, object?>[] labels, KeyValuePair<string, object?> more) => [.. labels, more];

    private IEnumerable<Measurement<long>> Instances()
    {
        if (_progress is not { } progress)
        {
            yield break;
        }

        foreach (var tasks in progress.Tasks.GroupBy(task => _classes.Of(task.Name)))
        {
            var labels = _labels[tasks.Key];
            yield return Standing("waiting", tasks.Sum(task => (long)task.Waiting));
            yield return Standing("pending", tasks.Sum(task => (long)(task.Pending ?? 0)));
            yield return Standing("running", tasks.Sum(task => (long)task.Running));
            yield return Standing("done", tasks.Sum(task => (long)task.Done));
            yield return Standing("failed", tasks.Sum(task => (long)task.Failed));

            Measurement<long> Standing(string state, long count) => new(count, With(labels, new("state", state)));
        }
    }

    private Histogram<double> Distribution(string name, string unit, string description, double[] bounds) =>
        Meter.CreateHistogram(name, unit, description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}
