using System.Runtime.InteropServices;
using Executor.TaskRunner.Native;

namespace Executor.TaskRunner.Lifecycle;

/// <summary>
/// The wishes from outside that the attempt end: SIGTERM, SIGINT, and the parent's death where it matters. Thread-safe.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _requested = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _signal;

    /// <summary>Cancelled at the first wish.</summary>
    public CancellationToken Token => _requested.Token;

    /// <summary>The signal that the body is to get: that of the first wish; SIGKILL if the parent died.</summary>
    public int Signal => Volatile.Read(ref _signal);

    /// <summary>Asks the attempt to end.</summary>
    public void Request(int signal)
    {
        Interlocked.CompareExchange(ref _signal, signal, 0);
        _requested.Cancel();
    }

    /// <summary>Listens to this process's signals.</summary>
    /// <param name="dieWithParent"><see cref="RunnerSettings.DieWithParent"/>.</param>
    public void Listen(int? dieWithParent)
    {
        const int Interrupt = 2;
        On(PosixSignal.SIGTERM, () => Request(Libc.SignalTerminate));
        On(PosixSignal.SIGINT, () => Request(Interrupt));
        if (dieWithParent is { } expected)
        {
            DieWith(expected);
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _requested.Dispose();
    }

    // The kernel sends the signal when the parent's thread that made this process ends, which in a thread pool is no sign of the parent's
    // death. So it is one that nobody else sends, and it counts only if there is another parent by then.
    private void DieWith(int expected)
    {
        var parent = Libc.GetParent();
        On((PosixSignal)Libc.SignalUser2, () =>
        {
            if (Libc.GetParent() != parent)
            {
                Request(Libc.SignalKill);
            }
        });
        _ = Libc.ProcessControl(Libc.ParentDeathSignal, Libc.SignalUser2);
        if (Libc.GetParent() != parent || (expected > 1 && expected != parent))
        {
            Request(Libc.SignalKill);
        }
    }

    private void On(PosixSignal signal, Action action) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            action();
        }));
}
