using System.Runtime.InteropServices;

namespace Executor.Shuffle.Engine.Objects.OnDisk;

/// <summary>The calls of POSIX that .NET has no name for.</summary>
internal static partial class Posix
{
    internal const int NoEntry = 2;
    internal const int Exists = 17;

    private const int OpenReadOnly = 0;
    private const int OpenCloseOnExec = 0x80000;

    /// <summary>link(2): gives the file a second name unless that is taken. Zero, or errno.</summary>
    internal static int Link(string from, string to) => LinkCore(from, to) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>fsync(2) of a folder: makes the names in it durable.</summary>
    internal static void FlushDirectory(string path)
    {
        var descriptor = Open(path, OpenReadOnly | OpenCloseOnExec);
        if (descriptor < 0)
        {
            throw Failure(path);
        }

        try
        {
            if (Flush(descriptor) != 0)
            {
                throw Failure(path);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    internal static IOException Failure(string path) => Failure(path, Marshal.GetLastPInvokeError());

    internal static IOException Failure(string path, int errno) => new($"{path}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkCore(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
