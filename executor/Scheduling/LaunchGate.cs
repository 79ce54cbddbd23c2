using System.Buffers;
using System.Runtime.InteropServices;

namespace Executor.Scheduling;

/// <summary>
/// How many launches may be in flight: 1, doubled whenever as many were accepted, back to 1 when the backend has no room, with a pause that
/// doubles until it has. Attempts that were refused room wait here and are started before any other. Not thread-safe.
/// </summary>
internal sealed class LaunchGate
{
    private readonly SchedulerOptions _options;
    private readonly HashSet<AttemptRef> _inFlight = [];
    private readonly Queue<AttemptRef> _held = [];
    private int _window = 1;
    private int _accepted;
    private int _refusals;
    private DateTimeOffset _closedUntil = DateTimeOffset.MinValue;

    /// <summary>An open gate.</summary>
    public LaunchGate(SchedulerOptions options) => _options = options;

    private LaunchGate(LaunchGate other)
    {
        _options = other._options;
        _inFlight = [.. other._inFlight];
        _held = new Queue<AttemptRef>(other._held);
        (_window, _accepted, _refusals, _closedUntil) = (other._window, other._accepted, other._refusals, other._closedUntil);
    }

    /// <summary>When refused attempts are to be tried again; null if none waits.</summary>
    public DateTimeOffset? NextDue => _held.Count > 0 ? _closedUntil : null;

    /// <summary>True while refused attempts wait: nothing else is launched.</summary>
    public bool IsHolding => _held.Count > 0;

    /// <summary>How many more launches may begin now.</summary>
    public int Room(DateTimeOffset now) => now < _closedUntil ? 0 : _window - _inFlight.Count;

    /// <summary>A launch begins.</summary>
    public void Begin(AttemptRef attempt) => _inFlight.Add(attempt);

    /// <summary>A launch was accepted.</summary>
    public void Accept(AttemptRef attempt)
    {
        if (!_inFlight.Remove(attempt))
        {
            return;
        }

        _refusals = 0;
        if (++_accepted >= _window)
        {
            _accepted = 0;
            _window = Math.Min(_options.LaunchesInFlight, _window * 2);
        }
    }

    /// <summary>A launch came to nothing for a reason that says nothing of the next one.</summary>
    public void Abandon(AttemptRef attempt) => _inFlight.Remove(attempt);

    /// <summary>There was no room: the attempt waits, and with it all launching.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="now">The time.</param>
    /// <param name="retryAfter">The least pause; null if the backend does not say.</param>
    public void Hold(AttemptRef attempt, DateTimeOffset now, TimeSpan? retryAfter)
    {
        if (!_inFlight.Remove(attempt))
        {
            return;
        }

        _held.Enqueue(attempt);
        _window = 1;
        _accepted = 0;
        if (now >= _closedUntil)
        {
            // Refusals of launches that were in flight together are one refusal.
            _refusals++;
            _closedUntil = now + _options.Hold.After(_refusals);
        }

        if (retryAfter is { } pause && _closedUntil - now < pause)
        {
            _closedUntil = now + pause;
        }
    }

    /// <summary>The next refused attempt, if there is one.</summary>
    public bool TryTakeHeld(out AttemptRef attempt) => _held.TryDequeue(out attempt);

    /// <summary>A copy that changes by itself.</summary>
    public LaunchGate Clone() => new(this);

    /// <summary>Writes the state in a canonical form.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        output.Write(MemoryMarshal.AsBytes<long>([_window, _accepted, _refusals, _closedUntil.UtcTicks, _held.Count]));
        output.Write(MemoryMarshal.AsBytes<AttemptRef>([.. _held]));
        output.Write(MemoryMarshal.AsBytes<AttemptRef>(
            [.. _inFlight.OrderBy(a => a.Task).ThenBy(a => a.Index).ThenBy(a => a.Generation).ThenBy(a => a.Attempt)]));
    }
}
