using System.Runtime.InteropServices;
using Executor.TaskRunner.Native;

namespace Executor.TaskRunner.Reporting;

/// <summary>
/// Writes to the runner's standard error. (Console streams would bring the terminal's and SIGCHLD's handling along, and a FileStream keeps a
/// position of its own.) Thread-safe: what is written at once may be mixed with what another thread writes.
/// </summary>
/// <param name="descriptor">The file descriptor.</param>
internal sealed class StandardError(int descriptor)
{
    /// <summary>The descriptor's number in every process.</summary>
    public const int Number = 2;

    private volatile bool _isRead = true;

    /// <summary>Writes all of it, or nothing any more once nobody reads.</summary>
    public unsafe void Write(ReadOnlySpan<byte> data)
    {
        if (!_isRead)
        {
            return;
        }

        fixed (byte* start = data)
        {
            for (nint done = 0; done < data.Length;)
            {
                var written = Libc.Write(descriptor, start + done, data.Length - done);
                if (written > 0)
                {
                    done += written;
                }
                else if (Marshal.GetLastPInvokeError() != Libc.ErrorInterrupted)
                {
                    _isRead = false;
                    return;
                }
            }
        }
    }
}
