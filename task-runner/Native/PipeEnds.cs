using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Executor.TaskRunner.Native;

/// <summary>Both ends of a new pipe, closed on exec.</summary>
internal readonly struct PipeEnds : IDisposable
{
    private const int FirstFreeDescriptor = 3;

    // The most that an unprivileged process may ask for; fewer switches between body and runner.
    private const int WantedBytes = 1 << 20;

    private PipeEnds(SafeFileHandle reader, SafeFileHandle writer)
    {
        Reader = reader;
        Writer = writer;
    }

    public SafeFileHandle Reader { get; }

    public SafeFileHandle Writer { get; }

    /// <summary>Makes a pipe.</summary>
    /// <exception cref="Win32Exception">No descriptor is to be had.</exception>
    public static unsafe PipeEnds Create()
    {
        var ends = stackalloc int[2];
        if (Libc.Pipe(ends, Libc.CloseOnExec) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        _ = Libc.Control(ends[0], Libc.SetPipeSize, WantedBytes);
        return new(Own(ends[0]), Own(ends[1]));
    }

    public void Dispose()
    {
        Reader.Dispose();
        Writer.Dispose();
    }

    // A runner started with a closed standard descriptor gets its number for a pipe, which the child's dup2 calls would then overwrite.
    private static SafeFileHandle Own(int descriptor)
    {
        if (descriptor >= FirstFreeDescriptor)
        {
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        var moved = Libc.Control(descriptor, Libc.DuplicateFromCloseOnExec, FirstFreeDescriptor);
        var error = Marshal.GetLastPInvokeError();
        _ = Libc.Close(descriptor);
        return moved >= 0 ? new SafeFileHandle(moved, ownsHandle: true) : throw new Win32Exception(error);
    }
}
