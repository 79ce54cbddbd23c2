using System.Runtime.InteropServices;

namespace Executor.TaskRunner.Native;

/// <summary>
/// The calls of the C library that .NET has no form of. Opaque types are passed as buffers large enough for glibc and musl
/// (both: <c>posix_spawnattr_t</c> 336 bytes, <c>posix_spawn_file_actions_t</c> 80, <c>sigset_t</c> 128).
/// </summary>
internal static unsafe partial class Libc
{
    internal const int OpaqueBytes = 1024;

    internal const int SignalKill = 9;
    internal const int SignalUser2 = 12;
    internal const int SignalTerminate = 15;
    internal const int SignalChild = 17;

    internal const int ErrorNoEntry = 2;
    internal const int ErrorInterrupted = 4;
    internal const int ErrorTooBig = 7;
    internal const int ErrorExecFormat = 8;
    internal const int ErrorAgain = 11;
    internal const int ErrorNoMemory = 12;
    internal const int ErrorAccess = 13;
    internal const int ErrorNoSpace = 28;
    internal const int ErrorBrokenPipe = 32;
    internal const int ErrorQuota = 122;

    internal const int CloseOnExec = 0x80000;
    internal const int ReadOnly = 0;
    internal const int AccessExecute = 1;

    internal const short SpawnSetGroup = 0x02;
    internal const short SpawnSetDefaultSignals = 0x04;
    internal const short SpawnSetSignalMask = 0x08;

    internal const int WaitAll = 0;
    internal const int WaitOne = 1;
    internal const int WaitExited = 4;
    internal const int WaitKeep = 0x01000000;
    internal const int WaitNoHang = 1;

    internal const int ParentDeathSignal = 1;
    internal const int ChildSubreaper = 36;

    internal const int SetPipeSize = 1031;
    internal const int DuplicateFromCloseOnExec = 1030;

    internal const int UsageOfSelf = 0;
    internal const int UsageOfChildren = -1;

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    internal static partial int PosixSpawn(int* pid, byte* path, byte* fileActions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    internal static partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    internal static partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    internal static partial int AttributesSetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setpgroup")]
    internal static partial int AttributesSetGroup(byte* attributes, int group);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    internal static partial int AttributesSetDefaultSignals(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    internal static partial int AttributesSetSignalMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    internal static partial int ActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    internal static partial int ActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    internal static partial int ActionsAddDuplicate(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen")]
    internal static partial int ActionsAddOpen(byte* actions, int descriptor, byte* path, int flags, uint mode);

    /// <summary>glibc 2.29, musl 1.1.24: <see cref="EntryPointNotFoundException"/> in older ones.</summary>
    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np")]
    internal static partial int ActionsAddChangeDirectory(byte* actions, byte* path);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    internal static partial int SignalsFill(byte* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    internal static partial int SignalsClear(byte* signals);

    [LibraryImport("libc", EntryPoint = "signal")]
    internal static partial nint SetSignalHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    internal static partial int WaitId(int kind, int id, SignalInfo* info, int options);

    [LibraryImport("libc", EntryPoint = "wait4", SetLastError = true)]
    internal static partial int Wait4(int pid, int* status, int options, ResourceUsage* usage);

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    internal static partial int GetUsage(int who, ResourceUsage* usage);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    internal static partial int ProcessControl(int option, nuint argument);

    [LibraryImport("libc", EntryPoint = "getppid")]
    internal static partial int GetParent();

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    internal static partial int Pipe(int* descriptors, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Control(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(int descriptor, byte* data, nint length);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(int descriptor, byte* data, nint length);
}
