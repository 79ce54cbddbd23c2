using System.Runtime.InteropServices;
using Executor.TaskRunner.Native;
using Executor.TaskRunner.Reporting;
using Microsoft.Win32.SafeHandles;

namespace Executor.TaskRunner.Execution;

/// <summary>
/// Starts a child by <c>posix_spawn</c>: leader of a process group of its own, default signal dispositions, nothing blocked.
/// </summary>
internal static unsafe class Spawn
{
    private const int AllOfThem = 0;

    /// <summary>The new child's id.</summary>
    /// <param name="command">What to start.</param>
    /// <param name="input">Its standard input; null for an empty one.</param>
    /// <param name="output">Its standard output.</param>
    /// <param name="error">Its standard error.</param>
    /// <exception cref="AttemptFailedException">It cannot be started; says why.</exception>
    public static int Start(BodyCommand command, SafeFileHandle? input, SafeFileHandle output, SafeFileHandle error)
    {
        if (!Directory.Exists(command.WorkingDirectory))
        {
            throw AttemptFailedException.CannotStart($"the working directory {command.WorkingDirectory} does not exist");
        }

        var file = ExecutableSearch.Find(command.Arguments[0], command.Environment, command.WorkingDirectory);
        var actions = stackalloc byte[Libc.OpaqueBytes];
        var attributes = stackalloc byte[Libc.OpaqueBytes];
        _ = Libc.ActionsInit(actions);
        _ = Libc.AttributesInit(attributes);
        try
        {
            SetAttributes(attributes);
            Redirect(actions, input, output, error);
            ChangeDirectory(actions, command.WorkingDirectory);
            return Start(file, command, actions, attributes);
        }
        finally
        {
            _ = Libc.ActionsDestroy(actions);
            _ = Libc.AttributesDestroy(attributes);
        }
    }

    private static int Start(string file, BodyCommand command, byte* actions, byte* attributes)
    {
        using var arguments = new NativeStrings(command.Arguments);
        using var environment = new NativeStrings([.. command.Environment.Select(static pair => $"{pair.Key}={pair.Value}")]);
        var path = NativeStrings.Copy(file);
        try
        {
            int pid;
            var failure = Libc.PosixSpawn(&pid, path, actions, attributes, arguments.Pointer, environment.Pointer);
            return failure == 0 ? pid : throw Describe(failure, command.Arguments[0], file);
        }
        finally
        {
            NativeMemory.Free(path);
        }
    }

    private static void SetAttributes(byte* attributes)
    {
        var signals = stackalloc byte[Libc.OpaqueBytes];
        _ = Libc.SignalsFill(signals);
        _ = Libc.AttributesSetDefaultSignals(attributes, signals);
        _ = Libc.SignalsClear(signals);
        _ = Libc.AttributesSetSignalMask(attributes, signals);
        _ = Libc.AttributesSetGroup(attributes, AllOfThem);
        _ = Libc.AttributesSetFlags(attributes, Libc.SpawnSetGroup | Libc.SpawnSetDefaultSignals | Libc.SpawnSetSignalMask);
    }

    private static void Redirect(byte* actions, SafeFileHandle? input, SafeFileHandle output, SafeFileHandle error)
    {
        if (input is null)
        {
            fixed (byte* nothing = "/dev/null\0"u8)
            {
                _ = Libc.ActionsAddOpen(actions, 0, nothing, Libc.ReadOnly, 0);
            }
        }
        else
        {
            _ = Libc.ActionsAddDuplicate(actions, Number(input), 0);
        }

        _ = Libc.ActionsAddDuplicate(actions, Number(output), 1);
        _ = Libc.ActionsAddDuplicate(actions, Number(error), 2);
    }

    private static void ChangeDirectory(byte* actions, string directory)
    {
        var path = NativeStrings.Copy(directory);
        try
        {
            _ = Libc.ActionsAddChangeDirectory(actions, path);
        }
        catch (EntryPointNotFoundException)
        {
            // An older C library. The runner uses absolute paths only and starts nothing else, so it can go there itself.
            Directory.SetCurrentDirectory(directory);
        }
        finally
        {
            NativeMemory.Free(path);
        }
    }

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    private static AttemptFailedException Describe(int error, string command, string file) => error switch
    {
        Libc.ErrorNoEntry => AttemptFailedException.CannotStart(
            $"the command '{command}' is at {file}, but the interpreter or loader that it names is not there"),
        Libc.ErrorAccess => AttemptFailedException.CannotStart($"the command '{command}' at {file} may not be executed"),
        Libc.ErrorExecFormat => AttemptFailedException.CannotStart(
            $"the command '{command}' at {file} is neither a program for this machine nor a script that begins with #!"),
        Libc.ErrorTooBig => AttemptFailedException.CannotStart(
            $"the arguments and environment of the command '{command}' are larger than the kernel accepts"),
        Libc.ErrorAgain or Libc.ErrorNoMemory => new AttemptFailedException(
            Contracts.Reporting.AttemptFailure.Infrastructure,
            $"no process is to be had for the command '{command}': {Marshal.GetPInvokeErrorMessage(error)}"),
        _ => AttemptFailedException.CannotStart(
            $"the command '{command}' at {file} cannot be started: {Marshal.GetPInvokeErrorMessage(error)}"),
    };
}
