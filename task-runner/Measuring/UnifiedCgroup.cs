using Executor.Contracts.Reporting;

namespace Executor.TaskRunner.Measuring;

/// <summary>A cgroup of version 2 (kernel documentation, admin-guide/cgroup-v2).</summary>
/// <param name="folder">Its folder.</param>
internal sealed class UnifiedCgroup(string folder) : ICgroup
{
    private const double MicrosecondsPerSecond = 1e6;

    private readonly AtomicMaximum _seenMemoryBytes = new();

    /// <inheritdoc/>
    public MeasureSource Source => MeasureSource.CgroupV2;

    /// <inheritdoc/>
    public CgroupReading Read()
    {
        var cpu = CounterFile.ReadText(In("cpu.stat"));
        return new CgroupReading
        {
            PeakMemoryBytes = CounterFile.ReadNumber(In("memory.peak")) ?? SampledPeak(),
            CpuSeconds = cpu is null ? null : CounterFile.FindNamed(cpu, "usage_usec") / MicrosecondsPerSecond,
            ThrottledSeconds = cpu is null ? null : CounterFile.FindNamed(cpu, "throttled_usec") / MicrosecondsPerSecond,
            ReadBytes = CounterFile.SumKeys(In("io.stat"), "rbytes="),
            WrittenBytes = CounterFile.SumKeys(In("io.stat"), "wbytes="),
            OomKills = CounterFile.ReadNamed(In("memory.events"), "oom_kill") ?? 0,
        };
    }

    // Kernels before 5.19 keep no peak: the largest of what was seen at the readings, one a heartbeat.
    private long? SampledPeak() => CounterFile.ReadNumber(In("memory.current")) is { } now ? _seenMemoryBytes.Offer(now) : null;

    private string In(string file) => Path.Combine(folder, file);
}
