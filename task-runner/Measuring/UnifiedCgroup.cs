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
            AnonymousBytes = CounterFile.ReadNamed(In("memory.stat"), "anon"),
            CpuSeconds = cpu is null ? null : CounterFile.FindNamed(cpu, "usage_usec") / MicrosecondsPerSecond,
            ThrottledSeconds = cpu is null ? null : CounterFile.FindNamed(cpu, "throttled_usec") / MicrosecondsPerSecond,
            CpuPressureSeconds = Pressure("cpu.pressure"),
            MemoryPressureSeconds = Pressure("memory.pressure"),
            IoPressureSeconds = Pressure("io.pressure"),
            ReadBytes = CounterFile.SumKeys(In("io.stat"), "rbytes="),
            WrittenBytes = CounterFile.SumKeys(In("io.stat"), "wbytes="),
            OomKills = ReadOomKills(),
        };
    }

    /// <inheritdoc/>
    public long ReadOomKills() => CounterFile.ReadNamed(In("memory.events"), "oom_kill") ?? 0;

    // Kernels before 5.19 keep no peak: the largest of what was seen at the readings, one a heartbeat.
    private long? SampledPeak() => CounterFile.ReadNumber(In("memory.current")) is { } now ? _seenMemoryBytes.Offer(now) : null;

    // "some avg10=0.00 avg60=0.00 avg300=0.00 total=1234", and a line "full"; a kernel without PSI has no such file, or does not let it be read.
    private double? Pressure(string file) => CounterFile.ReadKey(In(file), "some", "total=") / MicrosecondsPerSecond;

    private string In(string file) => Path.Combine(folder, file);
}
