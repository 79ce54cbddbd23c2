using System.Runtime.InteropServices;
using Executor.Contracts.Reporting;

namespace Executor.Hosting;

/// <summary>
/// Turns SIGINT and SIGTERM into tokens: the first signal asks for an orderly end, the second for an end at once. What SIGTERM means beyond that is
/// <see cref="Termination"/>'s to say.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _first = new();
    private readonly CancellationTokenSource _cancel = new();
    private readonly CancellationTokenSource _leave = new();
    private readonly CancellationTokenSource _second = new();
    private readonly Termination _termination;
    private readonly TimeProvider _time;
    private readonly PosixSignalRegistration[] _registrations;
    private ITimer? _limit;
    private int _count;

    private Interrupts(Termination termination, TimeProvider time, bool listens)
    {
        _termination = termination;
        _time = time;
        _registrations = listens
            ?
            [
                PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Take(context, ExitCodes.Interrupted)),
                PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Take(context, ExitCodes.Terminated)),
            ]
            : [];
    }

    /// <summary>Cancelled by the first signal, whatever it asks for: what has not begun need not begin.</summary>
    public CancellationToken Orderly => _first.Token;

    /// <summary>Cancelled by the first signal if it asks to cancel the run.</summary>
    public CancellationToken Cancel => _cancel.Token;

    /// <summary>Cancelled by the first signal if it asks to leave the run's attempts as they are.</summary>
    public CancellationToken Leave => _leave.Token;

    /// <summary>Cancelled by the second signal, or when the time to end in is over.</summary>
    public CancellationToken AtOnce => _second.Token;

    /// <summary>130 or 143 by the first signal that came; null if none did.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Listens to both signals until it is disposed of.</summary>
    public static Interrupts Listen(Termination termination, TimeProvider time) => new(termination, time, listens: true);

    /// <summary>The same for a command that is interrupted by hand alone.</summary>
    public static Interrupts Listen() => Listen(new Termination(), TimeProvider.System);

    /// <summary>Tokens that no signal cancels, but only <see cref="Signalled"/>.</summary>
    public static Interrupts None(Termination? termination = null, TimeProvider? time = null) =>
        new(termination ?? new Termination(), time ?? TimeProvider.System, listens: false);

    /// <summary>Does what a signal does. Thread-safe.</summary>
    /// <param name="exitCode">The exit code that tells of the signal: 130 for SIGINT, 143 for SIGTERM.</param>
    public void Signalled(int exitCode)
    {
        if (Interlocked.Increment(ref _count) > 1)
        {
            _second.Cancel();
            return;
        }

        ExitCode = exitCode;
        var isTermination = exitCode == ExitCodes.Terminated;
        if (isTermination && _termination.Within is { } within)
        {
            _limit = _time.CreateTimer(_ => _second.Cancel(), null, within, Timeout.InfiniteTimeSpan);
        }

        (isTermination && _termination.LeavesAttempts ? _leave : _cancel).Cancel();
        _first.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _limit?.Dispose();
        _first.Dispose();
        _cancel.Dispose();
        _leave.Dispose();
        _second.Dispose();
    }

    private void Take(PosixSignalContext context, int exitCode)
    {
        context.Cancel = true;
        Signalled(exitCode);
    }
}

/// <summary>What SIGTERM asks of a command that drives a run.</summary>
internal sealed record Termination
{
    /// <summary>True if attempts are left running, for the run's next driver to adopt; false if the run is cancelled.</summary>
    public bool LeavesAttempts { get; init; }

    /// <summary>After how long the end is no longer an orderly one; null to wait for attempts as long as they take.</summary>
    public TimeSpan? Within { get; init; }
}
