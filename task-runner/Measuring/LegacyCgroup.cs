using Executor.Contracts.Reporting;

namespace Executor.TaskRunner.Measuring;

/// <summary>A cgroup of version 1: one folder per controller (kernel documentation, admin-guide/cgroup-v1).</summary>
/// <param name="folders">The controllers' folders in any order, duplicates allowed; each file is taken from where it is found.</param>
internal sealed class LegacyCgroup(IReadOnlyList<string> folders) : ICgroup
{
    private const double NanosecondsPerSecond = 1e9;

    /// <inheritdoc/>
    public MeasureSource Source => MeasureSource.CgroupV1;

    /// <inheritdoc/>
    public CgroupReading Read()
    {
        var blockIo = Find("blkio.throttle.io_service_bytes_recursive") ?? Find("blkio.throttle.io_service_bytes");
        return new CgroupReading
        {
            PeakMemoryBytes = Find("memory.max_usage_in_bytes") is { } peak ? CounterFile.ReadNumber(peak) : null,
            AnonymousBytes = Find("memory.stat") is { } memory ? CounterFile.ReadNamed(memory, "total_rss") : null,
            CpuSeconds = Find("cpuacct.usage") is { } usage ? CounterFile.ReadNumber(usage) / NanosecondsPerSecond : null,
            ThrottledSeconds = Find("cpu.stat") is { } cpu ? CounterFile.ReadNamed(cpu, "throttled_time") / NanosecondsPerSecond : null,
            ReadBytes = blockIo is null ? null : CounterFile.SumDevices(blockIo, "Read"),
            WrittenBytes = blockIo is null ? null : CounterFile.SumDevices(blockIo, "Write"),
            OomKills = ReadOomKills(),
        };
    }

    /// <inheritdoc/>
    public long ReadOomKills() => Find("memory.oom_control") is { } oom ? CounterFile.ReadNamed(oom, "oom_kill") ?? 0 : 0;

    private string? Find(string file)
    {
        foreach (var folder in folders)
        {
            var path = Path.Combine(folder, file);
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
