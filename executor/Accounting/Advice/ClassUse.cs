using Executor.Outcomes;
using Executor.Planning;
using Executor.Sizing;

namespace Executor.Accounting.Advice;

/// <summary>
/// What the attempts of a run have shown of one task class, and what they would have held had the class asked for something else. Of each attempt it keeps 24 bytes. Not
/// thread-safe.
/// </summary>
/// <param name="taskClass">The class.</param>
/// <param name="tasks">Its tasks.</param>
internal sealed class ClassUse(string taskClass, IReadOnlyList<PlannedTask> tasks)
{
    // Room above the largest need, as the model's expert of the largest need has it; twice that room where few attempts were seen.
    private const double Room = Sizing.Experts.MaximumExpert.Margin;
    private const double YoungRoom = 1.2;
    private const double MemoryStep = 1 << 20;
    private const double CpuStep = 50;
    private readonly List<CpuUse> _cpu = [];
    private int _attempts;
    private double _needBytes;
    private double _exhaustedBytes;
    private double _heldByteSeconds;
    private double _lostByteSeconds;
    private double _lostCoreSeconds;
    private double _keptSeconds;
    private bool _isLowerBound;

    /// <summary>Adds an attempt of the class. One that never ran, or of which it is not known for how long, shows nothing.</summary>
    public void Add(AccountingRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.ElapsedSeconds is not (> 0 and var seconds))
        {
            return;
        }

        _attempts++;
        var held = Math.Max(row.MemoryBytes, row.PeakMemoryBytes ?? 0) * seconds;
        _heldByteSeconds += held;
        if (row.Outcome.Cause == AttemptCause.OutOfMemory)
        {
            _exhaustedBytes = Math.Max(_exhaustedBytes, row.MemoryBytes);
            _lostByteSeconds += held;
            _lostCoreSeconds += Math.Max(row.Cores, (row.CpuSeconds ?? 0) / seconds) * seconds;
            return;
        }

        _keptSeconds += seconds;
        if (row.Usage is { } usage)
        {
            _needBytes = Math.Max(_needBytes, MeasuredMemory.Of(usage));
            _isLowerBound |= MeasuredMemory.IsLowerBound(usage);
            _cpu.Add(new CpuUse((float)row.Cores, (float)(usage.CpuSeconds / seconds), (float)((usage.ThrottledSeconds ?? 0) / seconds), seconds));
        }
    }

    /// <summary>The changes of the class that would have saved something, by the run's own measures.</summary>
    public IEnumerable<SizeChange> Changes(ResourcePrices prices)
    {
        ArgumentNullException.ThrowIfNull(prices);
        if (_needBytes > 0 && MemoryChange(prices) is { } memory)
        {
            yield return memory;
        }

        if (_cpu.Count > 0 && CpuChange(prices) is { } cpu)
        {
            yield return cpu;
        }
    }

    private SizeChange? MemoryChange(ResourcePrices prices)
    {
        var open = tasks.Where(task => task.Sizing is not { Applies: true }).ToList();
        if (open.Count < tasks.Count)
        {
            // What attempts get is not what these tasks ask for.
            return null;
        }

        // What was not enough is less than the need by an unknown amount; the driver would have doubled it.
        var wanted = Math.Max(_needBytes * (_attempts < ClassSizer.YoungBelow ? YoungRoom : Room), _exhaustedBytes >= _needBytes ? 2 * _exhaustedBytes : 0);
        var bytes = Math.Ceiling(wanted / MemoryStep) * MemoryStep;
        var savedByteSeconds = _heldByteSeconds - (bytes * _keptSeconds);
        var dollars = prices.Of(_lostCoreSeconds, savedByteSeconds, 1);
        return Change(SizedResource.Memory, open.Max(task => task.Resources.MemoryBytes), (long)bytes, savedByteSeconds, dollars);
    }

    private SizeChange? CpuChange(ResourcePrices prices)
    {
        if (tasks.Any(task => task.Sizing is { Applies: true, SizesCpu: true }))
        {
            return null;
        }

        var demands = _cpu.Select(use => use.Demand).Order().ToArray();
        var wanted = demands[(int)Math.Ceiling(CpuSizing.Share * demands.Length) - 1];
        var cores = Math.Ceiling(Math.Round(wanted * 1000 / CpuStep, 3)) * CpuStep / 1000;
        var savedCoreSeconds = _cpu.Sum(use => (Math.Max(use.Given, use.Used) - Math.Max(cores, use.Used)) * use.Seconds);
        return Change(
            SizedResource.Cpu, tasks.Max(task => task.Resources.CpuMillicores), (long)Math.Round(cores * 1000), savedCoreSeconds, prices.Of(savedCoreSeconds, 0, 1));
    }

    private SizeChange? Change(SizedResource resource, long from, long to, double saved, double dollars) => dollars > 0 && to > 0 && to != from
        ? new SizeChange(taskClass, [.. tasks.Select(task => task.Name)], resource, from, to, saved, dollars)
        {
            Attempts = _attempts,
            LostToMemory = resource == SizedResource.Memory ? _lostByteSeconds : 0,
            IsLowerBound = resource == SizedResource.Memory && _isLowerBound,
        }
        : null;

    private readonly record struct CpuUse(float Given, float Used, float Throttled, double Seconds)
    {
        public double Demand => CpuSizing.Demand(Used, Throttled);
    }
}
