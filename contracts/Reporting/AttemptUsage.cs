namespace Executor.Contracts.Reporting;

/// <summary>What one attempt asked for and used; the runner's half of the accounting row. A null is a measure that was not to be had.</summary>
public sealed record AttemptUsage
{
    /// <summary>When the runner started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When the measures were taken.</summary>
    public required DateTimeOffset Ended { get; init; }

    /// <summary>Seconds from the runner's start until every input was at hand.</summary>
    public double FetchSeconds { get; init; }

    /// <summary>Seconds that the body ran.</summary>
    public double RunSeconds { get; init; }

    /// <summary>Seconds from the body's end until all outputs were durable.</summary>
    public double WriteSeconds { get; init; }

    /// <summary>CPU seconds of the runner, the body and all its descendants.</summary>
    public double CpuSeconds { get; init; }

    /// <summary>The largest memory in bytes; see <see cref="MeasureSource"/> for what it covers.</summary>
    public long PeakMemoryBytes { get; init; }

    /// <summary>
    /// The largest memory in bytes without page cache that any reading saw, one a heartbeat and one at the end: a lower bound of the peak.
    /// </summary>
    public long? PeakAnonymousBytes { get; init; }

    /// <summary>Seconds in which the attempt was held back by its CPU limit.</summary>
    public double? ThrottledSeconds { get; init; }

    /// <summary>Seconds in which some thread of the attempt waited for a processor (PSI's <c>some</c>; cgroup v2).</summary>
    public double? CpuPressureSeconds { get; init; }

    /// <summary>Seconds in which some thread of the attempt waited for memory (PSI's <c>some</c>; cgroup v2).</summary>
    public double? MemoryPressureSeconds { get; init; }

    /// <summary>Seconds in which some thread of the attempt waited for a device (PSI's <c>some</c>; cgroup v2).</summary>
    public double? IoPressureSeconds { get; init; }

    /// <summary>
    /// The most memory in bytes that was in use on the attempt's GPUs together at a reading, one a second from the runner's start on: a lower bound of the
    /// peak. All that is in use there counts, the driver's own too.
    /// </summary>
    public long? PeakGpuMemoryBytes { get; init; }

    /// <summary>
    /// Seconds in which the attempt's GPUs ran something, added up over them: at each reading the share of time that NVML tells, times the seconds since the
    /// one before.
    /// </summary>
    public double? GpuSeconds { get; init; }

    /// <summary>Bytes read from block devices, or by read calls where only rusage is to be had.</summary>
    public long? ReadBytes { get; init; }

    /// <summary>Bytes written to block devices, or by write calls where only rusage is to be had.</summary>
    public long? WrittenBytes { get; init; }

    /// <summary>Payload bytes read from the shuffle.</summary>
    public long InputBytes { get; init; }

    /// <summary>Rows read from the shuffle.</summary>
    public long InputRows { get; init; }

    /// <summary>Payload bytes written to the shuffle.</summary>
    public long OutputBytes { get; init; }

    /// <summary>Rows written to the shuffle.</summary>
    public long OutputRows { get; init; }

    /// <summary>Where CPU and memory were read.</summary>
    public MeasureSource Source { get; init; }

    /// <summary>True if the kernel's OOM killer ended a process of the attempt.</summary>
    public bool OutOfMemory { get; init; }
}

/// <summary>Where CPU and memory figures come from, best first.</summary>
public enum MeasureSource
{
    /// <summary>The attempt's own cgroup v2: exact, page cache included.</summary>
    CgroupV2,

    /// <summary>The attempt's own cgroup v1: exact, page cache included.</summary>
    CgroupV1,

    /// <summary>The kernel's account of waited-for children; the peak is that of the largest single process.</summary>
    ResourceUsage,

    /// <summary>The last heartbeat of a runner that did not live to report; a lower bound.</summary>
    Heartbeat,
}
