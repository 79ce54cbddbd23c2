using System.Globalization;
using Executor.Sdk;

namespace Executor.DotnetHost.Streams;

/// <summary>Writes a task's progress where the runner looks for it, a line a report. Safe for use by several threads.</summary>
/// <remarks>Reports closer together than <see cref="Interval"/> replace each other; the last one is always written.</remarks>
internal sealed class ProgressWriter : IProgress<TaskProgress>, IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private readonly Lock _lock = new();
    private readonly StreamWriter _writer;
    private readonly TimeProvider _time;
    private TaskProgress? _pending;
    private long? _lastWritten;

    public ProgressWriter(string path, TimeProvider time)
    {
        _time = time;
        _writer = new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite));
    }

    public void Report(TaskProgress value)
    {
        lock (_lock)
        {
            _pending = value;
            if (_lastWritten is not { } last || _time.GetElapsedTime(last) >= Interval)
            {
                WritePending_NeedsLock();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            WritePending_NeedsLock();
            _writer.Dispose();
        }
    }

    private void WritePending_NeedsLock()
    {
        if (_pending is not { } progress)
        {
            return;
        }

        var fraction = progress.Fraction.ToString("0.####", CultureInfo.InvariantCulture);
        var message = progress.Message?.ReplaceLineEndings(" ");
        _writer.Write(string.IsNullOrEmpty(message) ? $"{fraction}\n" : $"{fraction} {message}\n");
        _writer.Flush();
        _pending = null;
        _lastWritten = _time.GetTimestamp();
    }
}
