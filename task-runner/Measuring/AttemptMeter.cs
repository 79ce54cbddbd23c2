using Executor.Contracts.Reporting;
using Executor.TaskRunner.Native;

namespace Executor.TaskRunner.Measuring;

/// <summary>
/// Measures one attempt from the runner's start on: its own cgroup where it has one, else the kernel's account of the runner, of
/// children that have ended and of the processes that live. Thread-safe.
/// </summary>
internal sealed class AttemptMeter
{
    private readonly TimeProvider _time;
    private readonly ICgroup? _cgroup;
    private readonly GpuMeter? _gpus;
    private readonly DateTimeOffset _started;
    private readonly long _startedAt;
    private readonly long _oomKillsBefore;
    private readonly AtomicMaximum _peakBytes = new();
    private readonly AtomicMaximum _peakAnonymousBytes = new();
    private long _fetchedAt;
    private long _endedAt;
    private long _writtenAt;
    private int _body;
    private long _inputBytes;
    private long _inputRows;
    private long _outputBytes;
    private long _outputRows;

    /// <param name="cgroup">The attempt's own cgroup, if it has one.</param>
    /// <param name="time">The clock.</param>
    /// <param name="gpus">Measures the attempt's GPUs, if it was given any; the caller's to dispose of.</param>
    public AttemptMeter(ICgroup? cgroup, TimeProvider time, GpuMeter? gpus = null)
    {
        _time = time;
        _cgroup = cgroup;
        _gpus = gpus;
        _started = time.GetUtcNow();
        _startedAt = time.GetTimestamp();
        _oomKillsBefore = cgroup?.ReadOomKills() ?? 0;
    }

    /// <summary>Every input is at hand.</summary>
    public void Fetched() => Volatile.Write(ref _fetchedAt, _time.GetTimestamp());

    /// <summary>The body runs.</summary>
    public void BodyStarted(int pid) => Volatile.Write(ref _body, pid);

    /// <summary>The body has ended.</summary>
    public void BodyEnded()
    {
        Volatile.Write(ref _body, 0);
        Volatile.Write(ref _endedAt, _time.GetTimestamp());
    }

    /// <summary>All outputs are durable.</summary>
    public void Written() => Volatile.Write(ref _writtenAt, _time.GetTimestamp());

    /// <summary>Counts what was read from the shuffle.</summary>
    public void CountInput(long bytes, long rows)
    {
        Interlocked.Add(ref _inputBytes, bytes);
        Interlocked.Add(ref _inputRows, rows);
    }

    /// <summary>Counts what was written to the shuffle.</summary>
    public void CountOutput(long bytes, long rows)
    {
        Interlocked.Add(ref _outputBytes, bytes);
        Interlocked.Add(ref _outputRows, rows);
    }

    /// <summary>True if the OOM killer has ended a process of the attempt.</summary>
    public bool SawOutOfMemory() => _cgroup is not null && _cgroup.ReadOomKills() > _oomKillsBefore;

    /// <summary>The measures up to now.</summary>
    public AttemptUsage Measure()
    {
        var usage = _cgroup is null ? MeasureProcesses() : MeasureCgroup(_cgroup);
        return usage with
        {
            FetchSeconds = Seconds(_startedAt, Volatile.Read(ref _fetchedAt)),
            RunSeconds = Seconds(Volatile.Read(ref _fetchedAt), Volatile.Read(ref _endedAt)),
            WriteSeconds = Seconds(Volatile.Read(ref _endedAt), Volatile.Read(ref _writtenAt)),
            InputBytes = Volatile.Read(ref _inputBytes),
            InputRows = Volatile.Read(ref _inputRows),
            OutputBytes = Volatile.Read(ref _outputBytes),
            OutputRows = Volatile.Read(ref _outputRows),
            PeakGpuMemoryBytes = _gpus?.PeakMemoryBytes,
            GpuSeconds = _gpus?.BusySeconds,
        };
    }

    private AttemptUsage MeasureCgroup(ICgroup cgroup)
    {
        var reading = cgroup.Read();
        return new AttemptUsage
        {
            Started = _started,
            Ended = _time.GetUtcNow(),
            Source = cgroup.Source,
            CpuSeconds = reading.CpuSeconds ?? ProcessCpuSeconds(LiveSample()),
            PeakMemoryBytes = reading.PeakMemoryBytes ?? 0,
            PeakAnonymousBytes = reading.AnonymousBytes is { } now ? _peakAnonymousBytes.Offer(now) : null,
            ThrottledSeconds = reading.ThrottledSeconds,
            CpuPressureSeconds = reading.CpuPressureSeconds,
            MemoryPressureSeconds = reading.MemoryPressureSeconds,
            IoPressureSeconds = reading.IoPressureSeconds,
            ReadBytes = reading.ReadBytes,
            WrittenBytes = reading.WrittenBytes,
            OutOfMemory = reading.OomKills > _oomKillsBefore,
        };
    }

    private AttemptUsage MeasureProcesses()
    {
        var live = LiveSample();
        var own = ProcessSample.OfSelf();
        var processPeak = Math.Max(live.PeakMemoryBytes, own.PeakMemoryBytes);
        return new AttemptUsage
        {
            Started = _started,
            Ended = _time.GetUtcNow(),
            Source = MeasureSource.ResourceUsage,
            CpuSeconds = ProcessCpuSeconds(live),
            PeakMemoryBytes = _peakBytes.Offer(Math.Max(processPeak, ResourceUsage.OfChildren().MaxResidentBytes)),
            ReadBytes = own.ReadBytes + live.ReadBytes,
            WrittenBytes = own.WrittenBytes + live.WrittenBytes,
        };
    }

    private ProcessSample LiveSample() => Volatile.Read(ref _body) is not 0 and var body ? ProcessSample.OfTree(body) : default;

    private static double ProcessCpuSeconds(in ProcessSample live) =>
        ResourceUsage.OfSelf().CpuSeconds + ResourceUsage.OfChildren().CpuSeconds + live.CpuSeconds;

    // A part that has not begun takes no time; one that has not ended is still running.
    private double Seconds(long from, long to) =>
        from == 0 ? 0 : _time.GetElapsedTime(from, to == 0 ? _time.GetTimestamp() : to).TotalSeconds;
}
