using System.ComponentModel;
using System.Runtime.InteropServices;
using Executor.Contracts.Reporting;
using Executor.TaskRunner.Native;
using Executor.TaskRunner.Reporting;
using Microsoft.Win32.SafeHandles;

namespace Executor.TaskRunner.Execution;

/// <summary>
/// A running body: the leader of its own process group. When it has ended, whatever is left of the group is killed. Thread-safe.
/// </summary>
internal sealed class BodyProcess : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<BodyExit> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reaped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _reapsAll;
    private bool _ended;

    private BodyProcess(int id, bool reapsAll, SafeFileHandle? input, SafeFileHandle output, SafeFileHandle error)
    {
        Id = id;
        _reapsAll = reapsAll;
        Input = input;
        Output = output;
        Error = error;
    }

    /// <summary>The process id, which is also the group's.</summary>
    public int Id { get; }

    /// <summary>Writes to its standard input; null where it is not fed.</summary>
    public SafeFileHandle? Input { get; }

    /// <summary>Reads its standard output.</summary>
    public SafeFileHandle Output { get; }

    /// <summary>Reads its standard error.</summary>
    public SafeFileHandle Error { get; }

    /// <summary>Ends when the body itself has ended.</summary>
    public Task<BodyExit> Exit => _exit.Task;

    /// <summary>Ends when, beyond the body, everything that it left behind is dead and its usage counted.</summary>
    public Task Reaped => _reaped.Task;

    /// <summary>Starts a body.</summary>
    /// <param name="command">What to start.</param>
    /// <param name="reapsAll">
    /// True in a process that has no other children: orphaned descendants are reaped as they end, and killed with the body.
    /// </param>
    /// <exception cref="AttemptFailedException">It cannot be started; says why.</exception>
    public static BodyProcess Start(BodyCommand command, bool reapsAll)
    {
        PipeEnds? input = null;
        PipeEnds? output = null;
        PipeEnds? error = null;
        try
        {
            input = command.FeedsStandardInput ? PipeEnds.Create() : null;
            output = PipeEnds.Create();
            error = PipeEnds.Create();
            var id = Spawn.Start(command, input?.Reader, output.Value.Writer, error.Value.Writer);
            input?.Reader.Dispose();
            output.Value.Writer.Dispose();
            error.Value.Writer.Dispose();
            var body = new BodyProcess(id, reapsAll, input?.Writer, output.Value.Reader, error.Value.Reader);
            new Thread(body.Wait) { IsBackground = true, Name = "wait" }.Start();
            return body;
        }
        catch (Exception e) when (e is Win32Exception or AttemptFailedException)
        {
            input?.Dispose();
            output?.Dispose();
            error?.Dispose();
            throw e as AttemptFailedException
                ?? new AttemptFailedException(AttemptFailure.Infrastructure, $"no pipe is to be had for the body: {e.Message}", e);
        }
    }

    /// <summary>Sends a signal to the whole group; nothing happens once the body has ended.</summary>
    public void Signal(int signal)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _ = Libc.Kill(-Id, signal);
            }
        }
    }

    public void Dispose()
    {
        Input?.Dispose();
        Output.Dispose();
        Error.Dispose();
    }

    private void Wait()
    {
        while (WaitForAny() is { } pid)
        {
            if (pid != Id)
            {
                Reap(pid);
                continue;
            }

            BodyExit exit;
            lock (_gate)
            {
                // Not reaped yet, its id cannot be another group's: the one moment at which killing the rest of the group is safe.
                _ = Libc.Kill(-Id, Libc.SignalKill);
                exit = BodyExit.FromStatus(Reap(Id));
                _ended = true;
            }

            _exit.TrySetResult(exit);
            break;
        }

        while (_reapsAll && ProcessTree.Children().Count > 0)
        {
            ProcessTree.KillChildren();
            Reap(pid: -1);
        }

        _reaped.TrySetResult();
    }

    // Leaves the child to be reaped: until then nothing else gets its id.
    private unsafe int? WaitForAny()
    {
        var info = default(SignalInfo);
        while (Libc.WaitId(_reapsAll ? Libc.WaitAll : Libc.WaitOne, Id, &info, Libc.WaitExited | Libc.WaitKeep) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Libc.ErrorInterrupted)
            {
                _exit.TrySetException(new AttemptFailedException(
                    AttemptFailure.Infrastructure, $"the body's end cannot be waited for: {Marshal.GetPInvokeErrorMessage(error)}"));
                return null;
            }
        }

        return info.Pid;
    }

    private static unsafe int Reap(int pid)
    {
        var status = 0;
        var usage = default(ResourceUsage);
        while (Libc.Wait4(pid, &status, 0, &usage) < 0 && Marshal.GetLastPInvokeError() == Libc.ErrorInterrupted)
        {
            // Interrupted by a signal that is none of the child's.
        }

        return status;
    }
}
