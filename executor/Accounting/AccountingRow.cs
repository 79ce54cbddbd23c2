using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Driving.Sizes;
using Executor.Launching;
using Executor.Outcomes;

namespace Executor.Accounting;

/// <summary>
/// What one attempt asked for, used and cost: a pure function of its <see cref="AttemptRow"/>, the class of its task and prices. A null is what is not
/// known. docs/accounting.md says of each figure how exact it is; <see cref="AccountingColumns"/> gives them names for programs.
/// </summary>
/// <param name="row">The attempt.</param>
/// <param name="taskClass">The class of its task.</param>
/// <param name="prices">The prices.</param>
internal sealed class AccountingRow(AttemptRow row, string taskClass, ResourcePrices prices)
{
    private const double BytesPerGigabyte = 1e9;
    private readonly AttemptUsage? _usage = row.Usage;
    private readonly AttemptPlacement? _placement = row.Placement;

    /// <summary>The attempt.</summary>
    public AttemptId Attempt { get; } = row.Attempt;

    /// <summary>What sizing and accounting group it by.</summary>
    public string Class { get; } = taskClass;

    /// <summary>How it ended.</summary>
    public AttemptOutcome Outcome { get; } = row.Outcome;

    /// <summary>True if a commit stands for its instance that is this attempt's.</summary>
    public bool Succeeded => Outcome.Cause == AttemptCause.Succeeded;

    /// <summary>True if its instance is not tried again after it.</summary>
    public bool Final { get; } = row.Final;

    /// <summary>True if memory ended it, or a process of it.</summary>
    public bool OutOfMemory => Outcome.Cause == AttemptCause.OutOfMemory || _usage?.OutOfMemory == true;

    /// <summary>What it used, by its runner; null if that is not known.</summary>
    public AttemptUsage? Usage => _usage;

    /// <summary>What its cluster has said of its pod.</summary>
    public AttemptPlacement? Placement => _placement;

    /// <summary>Where it ran.</summary>
    public string? Node { get; } = row.Node ?? row.Placement?.Node;

    /// <summary>When the driver decided to launch it.</summary>
    public DateTimeOffset? Launched { get; } = row.Launched;

    /// <summary>When its runner started, by its own clock; else when its container did.</summary>
    public DateTimeOffset? Started => _usage?.Started ?? _placement?.Started;

    /// <summary>When its runner took its last measures, by its own clock; else when its container ended; else when the driver saw its end.</summary>
    public DateTimeOffset? Ended { get; } = row.Usage?.Ended ?? row.Placement?.Finished ?? row.Ended;

    /// <summary>From the decision to launch it until its pod was made.</summary>
    public double? QueueSeconds => Between(Launched, _placement?.Created);

    /// <summary>From its pod's making until it had a node.</summary>
    public double? ScheduleSeconds => Between(_placement?.Created, _placement?.Scheduled);

    /// <summary>From having a node until its init containers were done: volumes, the runner's image, the runner.</summary>
    public double? InitSeconds => Between(_placement?.Scheduled, _placement?.Initialized);

    /// <summary>From there until its container started: the task's image, and the container's making.</summary>
    public double? PullSeconds => Between(_placement?.Initialized, _placement?.Started);

    /// <summary>Until its runner started, from its container's start; from the decision to launch it where it has no pod.</summary>
    public double? StartSeconds => Between(_placement is null ? Launched : _placement.Started, _usage?.Started);

    /// <summary>From the runner's start until every input was at hand.</summary>
    public double? FetchSeconds => _usage?.FetchSeconds;

    /// <summary>How long the body ran.</summary>
    public double? RunSeconds => _usage?.RunSeconds;

    /// <summary>From the body's end until all outputs were durable.</summary>
    public double? WriteSeconds => _usage?.WriteSeconds;

    /// <summary>How long it held what it was given, by the best clock that there is.</summary>
    public double? ElapsedSeconds { get; } = Elapsed(row).Seconds;

    /// <summary>Whose clock that was.</summary>
    public ElapsedSource? ElapsedSource { get; } = Elapsed(row).Source;

    /// <summary>The cores that it was given.</summary>
    public double Cores { get; } = row.Resources.CpuMillicores / 1000.0;

    /// <summary>CPU seconds that it used.</summary>
    public double? CpuSeconds => _usage?.CpuSeconds;

    /// <summary>CPU seconds that it was given: cores times elapsed time.</summary>
    public double? CpuRequestedSeconds => Cores * ElapsedSeconds;

    /// <summary>How long it was held back by its CPU limit.</summary>
    public double? ThrottledSeconds => _usage?.ThrottledSeconds;

    /// <summary>How long some thread of it waited for a processor.</summary>
    public double? CpuPressureSeconds => _usage?.CpuPressureSeconds;

    /// <summary>How long some thread of it waited for memory.</summary>
    public double? MemoryPressureSeconds => _usage?.MemoryPressureSeconds;

    /// <summary>How long some thread of it waited for a device.</summary>
    public double? IoPressureSeconds => _usage?.IoPressureSeconds;

    /// <summary>How many GPUs its task asks for.</summary>
    public long Gpus { get; init; }

    /// <summary>GPU seconds that it was given: GPUs times elapsed time.</summary>
    public double? GpuRequestedSeconds => Gpus * ElapsedSeconds;

    /// <summary>GPU seconds in which something ran.</summary>
    public double? GpuSeconds => _usage?.GpuSeconds;

    /// <summary>The most GPU memory that was seen in use.</summary>
    public long? PeakGpuMemoryBytes => _usage?.PeakGpuMemoryBytes;

    /// <summary>What was decided of its memory; null if its task is not sized, or that is not on record.</summary>
    public DecidedSize? Decided { get; init; }

    /// <summary>Used of given CPU seconds, as seff has it; may be above 1 where CPU is not limited.</summary>
    public double? CpuEfficiency => Share(CpuSeconds, CpuRequestedSeconds);

    /// <summary>The memory that it was given.</summary>
    public long MemoryBytes { get; } = row.Resources.MemoryBytes;

    /// <summary>Its largest memory.</summary>
    public long? PeakMemoryBytes => _usage?.PeakMemoryBytes;

    /// <summary>The largest memory without page cache that was seen.</summary>
    public long? PeakAnonymousBytes => _usage?.PeakAnonymousBytes;

    /// <summary>Peak of given memory, as seff has it.</summary>
    public double? MemoryEfficiency => Share(PeakMemoryBytes, MemoryBytes);

    /// <summary>Given memory over elapsed time, in 10^9 bytes times seconds.</summary>
    public double? MemoryRequestedGigabyteSeconds => MemoryBytes / BytesPerGigabyte * ElapsedSeconds;

    /// <summary>Peak memory over elapsed time, in 10^9 bytes times seconds.</summary>
    public double? MemoryUsedGigabyteSeconds => PeakMemoryBytes / BytesPerGigabyte * ElapsedSeconds;

    /// <summary>What was given and not used; all that was given if it did not succeed.</summary>
    public double? MemoryWastedGigabyteSeconds => Succeeded
        ? NotBelowZero(MemoryRequestedGigabyteSeconds - MemoryUsedGigabyteSeconds)
        : MemoryRequestedGigabyteSeconds;

    /// <summary>The part of the waste that running out of memory has lost: all that was given if that ended it, else 0.</summary>
    public double? OutOfMemoryLostGigabyteSeconds => Outcome.Cause == AttemptCause.OutOfMemory ? MemoryRequestedGigabyteSeconds : 0;

    /// <summary>Payload bytes read from the shuffle.</summary>
    public long? InputBytes => _usage?.InputBytes;

    /// <summary>Rows read from the shuffle.</summary>
    public long? InputRows => _usage?.InputRows;

    /// <summary>Payload bytes written to the shuffle, committed or not.</summary>
    public long? OutputBytes => _usage?.OutputBytes;

    /// <summary>Rows written to the shuffle, committed or not.</summary>
    public long? OutputRows => _usage?.OutputRows;

    /// <summary>Bytes read from devices, or by read calls.</summary>
    public long? ReadBytes => _usage?.ReadBytes;

    /// <summary>Bytes written to devices, or by write calls.</summary>
    public long? WrittenBytes => _usage?.WrittenBytes;

    /// <summary>How far its measures can be relied upon.</summary>
    public MeasureEnd MeasureEnd => OutOfMemory || _usage is null ? MeasureEnd.Censored
        : _usage.Source == Contracts.Reporting.MeasureSource.Heartbeat ? MeasureEnd.Heartbeat
        : MeasureEnd.Exit;

    /// <summary>What was read for its measures; null if there are none.</summary>
    public MeasureSource? MeasureSource => _usage?.Source;

    /// <summary>What it cost: the greater of given and used, of cores and of memory each, over elapsed time.</summary>
    public double? Cost => ElapsedSeconds is { } seconds
        ? prices.Of(Math.Max(Cores, CoresUsed), Math.Max(MemoryBytes, PeakMemoryBytes ?? 0), seconds)
        : null;

    /// <summary>The part of the cost that was for nothing: what was not used of a success, all of anything else.</summary>
    public double? WastedCost => !Succeeded ? Cost
        : ElapsedSeconds is { } seconds && _usage is not null ? NotBelowZero(Cost - prices.Of(CoresUsed, _usage.PeakMemoryBytes, seconds))
        : null;

    private double CoresUsed => ElapsedSeconds is > 0 and var seconds ? (CpuSeconds ?? 0) / seconds : 0;

    private static (double? Seconds, ElapsedSource? Source) Elapsed(AttemptRow row)
    {
        if (row.Usage is { } usage)
        {
            return (Between(usage.Started, usage.Ended), Accounting.ElapsedSource.Runner);
        }

        if (row.Placement is { } placement)
        {
            // A pod whose container never started has held a node, and not run.
            return placement.Started is null ? (null, null)
                : (Between(placement.Started, placement.Finished ?? row.Ended), placement.Finished is null ? Accounting.ElapsedSource.Driver : Accounting.ElapsedSource.Kubelet);
        }

        var mayHaveRun = row.Outcome.Cause is not (AttemptCause.ImagePull or AttemptCause.Unschedulable or AttemptCause.StartTimeout
            or AttemptCause.Infeasible or AttemptCause.Configuration);
        return mayHaveRun && Between(row.Running ?? row.Launched, row.Ended) is { } seconds ? (seconds, Accounting.ElapsedSource.Driver) : (null, null);
    }

    // Two clocks of whole and of broken seconds may tell an end that comes before its beginning.
    private static double? Between(DateTimeOffset? from, DateTimeOffset? to) => NotBelowZero((to - from)?.TotalSeconds);

    private static double? NotBelowZero(double? value) => value is { } known ? Math.Max(0, known) : null;

    private static double? Share(double? part, double? whole) => whole > 0 ? part / whole : null;
}

/// <summary>Whose clock has told how long an attempt took, best first.</summary>
internal enum ElapsedSource
{
    /// <summary>Its runner's: from its start to its last measures.</summary>
    Runner,

    /// <summary>Its node's: from its container's start to its end, in whole seconds.</summary>
    Kubelet,

    /// <summary>The driver's, in part at least: an upper bound.</summary>
    Driver,
}

/// <summary>How far an attempt's measures can be relied upon.</summary>
internal enum MeasureEnd
{
    /// <summary>They were taken at its end: what <see cref="MeasureSource"/> says of them holds.</summary>
    Exit,

    /// <summary>They are the last that a runner sent which did not live to report: lower bounds.</summary>
    Heartbeat,

    /// <summary>Memory ended it, so that it would have used more; or there are no measures.</summary>
    Censored,
}
