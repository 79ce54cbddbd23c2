using System.Runtime.InteropServices;

namespace Executor.TestKit.Processes;

/// <summary>Signals to processes, by Linux's numbers.</summary>
public static partial class Signals
{
    /// <summary>What Ctrl-C sends.</summary>
    public const int Interrupt = 2;

    /// <summary>What nobody can catch.</summary>
    public const int Kill = 9;

    /// <summary>What asks for an end.</summary>
    public const int Terminate = 15;

    /// <summary>Stops a process until <see cref="Continue"/>.</summary>
    public const int Stop = 19;

    /// <summary>Lets a stopped process go on.</summary>
    public const int Continue = 18;

    /// <summary>Sends a signal to a process, or to a process group by its negative id. One that is gone is no error.</summary>
    public static void Send(int process, int signal) => _ = NativeKill(process, signal);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int NativeKill(int process, int signal);
}
