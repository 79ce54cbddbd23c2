using System.Text;
using Executor.TaskRunner.Native;

namespace Executor.TaskRunner.Reporting;

/// <summary>
/// The attempt's log: the body's standard error (and standard output where no output is bound to it) and the runner's own lines, passed on to
/// the runner's standard error at once and kept for the log record. Thread-safe.
/// </summary>
/// <param name="descriptor">Where it is passed on to: the runner's standard error.</param>
internal sealed class AttemptLog(int descriptor)
{
    /// <summary>The most of a log that is kept, in bytes; older bytes are dropped.</summary>
    public const int KeptBytes = 1 << 20;

    // What fits a slot of the termination message beside the figures.
    private const int TailBytes = 1200;

    private const int StandardError = 2;

    private readonly LogRing _ring = new(KeptBytes);
    private volatile bool _passOn = true;

    /// <summary>The log of a runner that is a process of its own.</summary>
    public static AttemptLog OnStandardError() => new(StandardError);

    /// <summary>Adds bytes as they are.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        _ring.Append(data);
        if (_passOn)
        {
            PassOn(data);
        }
    }

    /// <summary>Adds a line of the runner's own.</summary>
    public void Line(string text) => Append(Encoding.UTF8.GetBytes($"task-runner: {text}\n"));

    /// <summary>What the log record gets.</summary>
    public byte[] Kept() => _ring.Last(KeptBytes);

    /// <summary>The last lines, as many as fit the termination message.</summary>
    public string? Tail() => _ring.LastText(TailBytes);

    // Console streams would bring the terminal's and SIGCHLD's handling along, and a FileStream keeps a position of its own.
    private unsafe void PassOn(ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            for (nint done = 0; done < data.Length;)
            {
                var written = Libc.Write(descriptor, start + done, data.Length - done);
                if (written > 0)
                {
                    done += written;
                }
                else if (System.Runtime.InteropServices.Marshal.GetLastPInvokeError() != Libc.ErrorInterrupted)
                {
                    // Nobody reads any more; the ring still keeps the log.
                    _passOn = false;
                    return;
                }
            }
        }
    }
}
