using System.Buffers;
using System.Runtime.InteropServices;

namespace Executor.Scheduling;

/// <summary>
/// The attempts that exist outside, as far as this driver knows: those under way, and strays, which do not count any longer but take up room
/// until they have ended. Not thread-safe.
/// </summary>
internal sealed class LiveAttempts
{
    private static readonly Comparer<AttemptRef> ByName = Comparer<AttemptRef>.Create((a, b) =>
        (a.Task, a.Index, a.Generation, a.Attempt).CompareTo((b.Task, b.Index, b.Generation, b.Attempt)));

    private readonly SortedDictionary<AttemptRef, Marks> _attempts = new(ByName);

    /// <summary>No attempts.</summary>
    public LiveAttempts()
    {
    }

    private LiveAttempts(LiveAttempts other) => _attempts = new SortedDictionary<AttemptRef, Marks>(other._attempts, ByName);

    [Flags]
    private enum Marks : long
    {
        None = 0,
        Stray = 1,
        Running = 2,
        CancelAsked = 4,
        CancelAskedAgain = 8,
    }

    /// <summary>How many there are.</summary>
    public int Count => _attempts.Count;

    /// <summary>How many of them are not seen to run yet.</summary>
    public int Pending { get; private set; }

    /// <summary>An attempt that was launched, or found.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="running">True if it is known to run.</param>
    public void Add(AttemptRef attempt, bool running)
    {
        if (_attempts.TryAdd(attempt, running ? Marks.Running : Marks.None))
        {
            Pending += running ? 0 : 1;
        }
    }

    /// <summary>True if the attempt is there, stray or not.</summary>
    public bool Contains(AttemptRef attempt) => _attempts.ContainsKey(attempt);

    /// <summary>The attempt is seen to run.</summary>
    public void MarkRunning(AttemptRef attempt)
    {
        if (_attempts.TryGetValue(attempt, out var marks) && !marks.HasFlag(Marks.Running))
        {
            _attempts[attempt] = marks | Marks.Running;
            Pending--;
        }
    }

    /// <summary>True if the attempt is there and not seen to run yet.</summary>
    public bool IsPending(AttemptRef attempt) => _attempts.TryGetValue(attempt, out var marks) && !marks.HasFlag(Marks.Running);

    /// <summary>The attempt does not count any longer.</summary>
    public void MarkStray(AttemptRef attempt)
    {
        if (_attempts.TryGetValue(attempt, out var marks))
        {
            _attempts[attempt] = marks | Marks.Stray;
        }
    }

    /// <summary>The attempt is to be asked to end.</summary>
    /// <returns>False if it was asked before, as urgently, or is not there.</returns>
    public bool AskToEnd(AttemptRef attempt, bool immediately)
    {
        var mark = immediately ? Marks.CancelAsked | Marks.CancelAskedAgain : Marks.CancelAsked;
        if (!_attempts.TryGetValue(attempt, out var marks) || (marks & mark) == mark)
        {
            return false;
        }

        _attempts[attempt] = marks | mark;
        return true;
    }

    /// <summary>The attempt has ended.</summary>
    /// <returns>False if it was not there.</returns>
    public bool Remove(AttemptRef attempt)
    {
        if (!_attempts.Remove(attempt, out var marks))
        {
            return false;
        }

        Pending -= marks.HasFlag(Marks.Running) ? 0 : 1;
        return true;
    }

    /// <summary>All of them, ascending.</summary>
    public IReadOnlyList<AttemptRef> All() => [.. _attempts.Keys];

    /// <summary>Those that do not count any longer, ascending.</summary>
    public IReadOnlyList<AttemptRef> Strays() => [.. _attempts.Where(pair => pair.Value.HasFlag(Marks.Stray)).Select(pair => pair.Key)];

    /// <summary>A copy that changes by itself.</summary>
    public LiveAttempts Clone()
    {
        var copy = new LiveAttempts(this) { Pending = Pending };
        return copy;
    }

    /// <summary>Writes the state in a canonical form.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        foreach (var (attempt, marks) in _attempts)
        {
            output.Write(MemoryMarshal.AsBytes<long>(
                [attempt.Task, attempt.Index, attempt.Generation, attempt.Attempt, (long)marks]));
        }
    }
}
