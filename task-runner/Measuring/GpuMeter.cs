using Executor.TaskRunner.Native;

namespace Executor.TaskRunner.Measuring;

/// <summary>
/// Measures the use of an attempt's GPUs by a reading a second, the first at once, each on a thread of the pool, so that a driver that is slow or hangs holds
/// nothing else up. What cannot be read leaves its measure empty. Thread-safe.
/// </summary>
internal sealed class GpuMeter : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly int _gpus;
    private readonly IReadOnlyList<string> _libraries;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private nint[] _devices = [];
    private Nvml? _nvml;
    private bool _isOpened;
    private int _isReading;
    private long? _peakBytes;
    private double? _busySeconds;
    private long? _busyReadAt;

    /// <param name="gpus">How many GPUs the attempt was given.</param>
    /// <param name="libraries">Where NVML may be.</param>
    /// <param name="time">The clock.</param>
    public GpuMeter(int gpus, IReadOnlyList<string> libraries, TimeProvider time)
    {
        _gpus = gpus;
        _libraries = libraries;
        _time = time;

        // Begun once it is in its field, where a first reading that finds nothing looks for it.
        _timer = time.CreateTimer(static state => ((GpuMeter)state!).Read(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(TimeSpan.Zero, Interval);
    }

    /// <summary>The most memory that was in use on all of them together at a reading; null before the first.</summary>
    public long? PeakMemoryBytes
    {
        get
        {
            lock (_gate)
            {
                return _peakBytes;
            }
        }
    }

    /// <summary>The seconds in which they ran something, added up over them, until the last reading; null before the second.</summary>
    public double? BusySeconds
    {
        get
        {
            lock (_gate)
            {
                return _busySeconds;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Read()
    {
        // The one before has not come back yet.
        if (Interlocked.Exchange(ref _isReading, 1) == 1)
        {
            return;
        }

        if (!_isOpened)
        {
            _isOpened = true;
            Open();
        }

        if (_nvml is { } nvml)
        {
            Take(Sum(nvml, static (nvml, device) => nvml.ReadUsedBytes(device)), Sum(nvml, static (nvml, device) => nvml.ReadBusyShare(device)));
        }
        else
        {
            _timer.Dispose();
        }

        Volatile.Write(ref _isReading, 0);
    }

    private void Open()
    {
        // A container that sees more than it was given sees GPUs of others, and does not know which are its own.
        if (Nvml.Open(_libraries) is not { } nvml || nvml.CountDevices() is not (> 0 and var count) || count > _gpus)
        {
            return;
        }

        var devices = new nint[count];
        for (var i = 0; i < count; i++)
        {
            if (nvml.FindDevice(i) is not { } device)
            {
                return;
            }

            devices[i] = device;
        }

        (_nvml, _devices) = (nvml, devices);
    }

    // Of all or of none: a part of them would look like a small use.
    private double? Sum(Nvml nvml, Func<Nvml, nint, double?> read)
    {
        double sum = 0;
        foreach (var device in _devices)
        {
            if (read(nvml, device) is not { } value)
            {
                return null;
            }

            sum += value;
        }

        return sum;
    }

    private void Take(double? usedBytes, double? busy)
    {
        var now = _time.GetTimestamp();
        lock (_gate)
        {
            if (usedBytes is { } bytes)
            {
                _peakBytes = Math.Max(_peakBytes ?? 0, (long)bytes);
            }

            if (busy is { } share)
            {
                if (_busyReadAt is { } before)
                {
                    _busySeconds = (_busySeconds ?? 0) + (share * _time.GetElapsedTime(before, now).TotalSeconds);
                }

                _busyReadAt = now;
            }
        }
    }
}
