using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Executor.Shuffle.Engine.Metrics;

/// <summary>The process under the names that Prometheus' client libraries agree on; the runtime's own meter has the garbage collector and more.</summary>
internal sealed class ProcessInstruments : IDisposable
{
    /// <summary>The meter of the .NET runtime: collections, heap, threads, exceptions, all of them by kind.</summary>
    internal const string RuntimeMeter = "System.Runtime";

    private const string Descriptors = "/proc/self/fd";

    internal ProcessInstruments()
    {
        Meter = new Meter("Executor.Process");
        Meter.CreateObservableCounter("process.cpu", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "Time that the process has spent on processors.");
        Meter.CreateObservableGauge("process.resident.memory", () => Environment.WorkingSet, "By", "Memory of the process in RAM.");
        Meter.CreateObservableGauge("process.start.time", StartTime, "s", "When the process began, in seconds since 1970.");
        Meter.CreateObservableGauge("process.open.fds", OpenDescriptors, null, "Open file descriptors.");
    }

    internal Meter Meter { get; }

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    private static double StartTime()
    {
        using var process = Process.GetCurrentProcess();
        return new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds() / 1000d;
    }

    private static IEnumerable<Measurement<long>> OpenDescriptors() =>
        Directory.Exists(Descriptors) ? [new Measurement<long>(Directory.EnumerateFileSystemEntries(Descriptors).LongCount())] : [];
}
