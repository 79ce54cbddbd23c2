using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Executor.DotnetHost.Streams;

/// <summary>
/// Takes standard input and output away from the task: the data streams go on under other descriptors, and what the task, a native
/// library or a child process prints to standard output arrives at standard error and cannot get between the data.
/// </summary>
internal sealed partial class StandardStreams
{
    private const int DuplicateAndCloseOnExec = 1030;
    private const int ReadOnly = 0;

    private StandardStreams(Stream input, Stream output)
    {
        Input = input;
        Output = output;
    }

    /// <summary>What was standard input.</summary>
    public Stream Input { get; }

    /// <summary>What was standard output.</summary>
    public Stream Output { get; }

    /// <summary>Moves the streams. To be called once, before anything has used the console.</summary>
    public static StandardStreams Take()
    {
        var streams = OperatingSystem.IsLinux()
            ? TakeDescriptors()
            : new StandardStreams(Console.OpenStandardInput(), Console.OpenStandardOutput());
        Console.SetIn(TextReader.Null);
        Console.SetOut(Console.Error);
        return streams;
    }

    private static StandardStreams TakeDescriptors()
    {
        // Children must not inherit the copies: one that outlives the task would keep the output open, and the runner waiting for its end.
        var input = Check(fcntl(0, DuplicateAndCloseOnExec, 3), "duplicate standard input");
        var output = Check(fcntl(1, DuplicateAndCloseOnExec, 3), "duplicate standard output");
        var nothing = Check(open("/dev/null", ReadOnly), "open /dev/null");
        Check(dup2(nothing, 0), "replace standard input");
        Check(dup2(2, 1), "replace standard output");
        Check(close(nothing), "close /dev/null");
        return new StandardStreams(
            new FileStream(new SafeFileHandle(input, ownsHandle: true), FileAccess.Read, bufferSize: 0),
            new FileStream(new SafeFileHandle(output, ownsHandle: true), FileAccess.Write, bufferSize: 0));
    }

    private static int Check(int result, string what) =>
        result >= 0 ? result : throw new IOException($"cannot {what}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int descriptor, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int dup2(int from, int to);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
