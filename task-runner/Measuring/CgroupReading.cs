namespace Executor.TaskRunner.Measuring;

/// <summary>What a cgroup has counted since it was made; null where the kernel does not say.</summary>
internal readonly record struct CgroupReading
{
    /// <summary>The largest memory use in bytes, page cache included.</summary>
    public long? PeakMemoryBytes { get; init; }

    /// <summary>Bytes in use at this moment that are no page cache.</summary>
    public long? AnonymousBytes { get; init; }

    /// <summary>CPU seconds.</summary>
    public double? CpuSeconds { get; init; }

    /// <summary>Seconds held back by the CPU limit.</summary>
    public double? ThrottledSeconds { get; init; }

    /// <summary>Seconds in which some thread waited for a processor.</summary>
    public double? CpuPressureSeconds { get; init; }

    /// <summary>Seconds in which some thread waited for memory.</summary>
    public double? MemoryPressureSeconds { get; init; }

    /// <summary>Seconds in which some thread waited for a device.</summary>
    public double? IoPressureSeconds { get; init; }

    /// <summary>Bytes read from block devices.</summary>
    public long? ReadBytes { get; init; }

    /// <summary>Bytes written to block devices.</summary>
    public long? WrittenBytes { get; init; }

    /// <summary>Processes ended by the OOM killer.</summary>
    public long OomKills { get; init; }
}
