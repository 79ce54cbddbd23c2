using System.Runtime.InteropServices;
using Executor.Contracts.Reporting;

namespace Executor.Hosting;

/// <summary>
/// Turns SIGINT and SIGTERM into two tokens: the first signal asks for an orderly end, the second for an end at once.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _first = new();
    private readonly CancellationTokenSource _second = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _count;

    /// <summary>Listens to both signals until it is disposed of.</summary>
    public Interrupts() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Handle(context, ExitCodes.Interrupted)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Handle(context, ExitCodes.Terminated)),
    ];

    private Interrupts(PosixSignalRegistration[] registrations) => _registrations = registrations;

    /// <summary>Tokens that no signal ever cancels.</summary>
    public static Interrupts None() => new([]);

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Orderly => _first.Token;

    /// <summary>Cancelled by the second signal.</summary>
    public CancellationToken AtOnce => _second.Token;

    /// <summary>130 or 143 by the first signal that came; null if none did.</summary>
    public int? ExitCode { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _first.Dispose();
        _second.Dispose();
    }

    private void Handle(PosixSignalContext context, int exitCode)
    {
        context.Cancel = true;
        ExitCode ??= exitCode;
        (Interlocked.Increment(ref _count) == 1 ? _first : _second).Cancel();
    }
}
