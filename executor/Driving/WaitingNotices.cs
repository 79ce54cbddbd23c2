using System.Globalization;
using Executor.Launching;
using Executor.Scheduling;

namespace Executor.Driving;

/// <summary>
/// What people are told of attempts that were accepted and do not run: once per task and reason, when an attempt has waited for the same reason
/// for 30 seconds, and anew once none has waited for it in between. Not thread-safe.
/// </summary>
internal sealed class WaitingNotices(TaskGraph graph)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Dictionary<AttemptRef, (string Reason, DateTimeOffset Since)> _waiting = [];
    private readonly HashSet<(int Task, string Reason)> _told = [];

    /// <summary>When <see cref="Take"/> has something to tell though nothing is seen; null if never.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            DateTimeOffset? next = null;
            foreach (var (attempt, wait) in _waiting)
            {
                if (!_told.Contains((attempt.Task, wait.Reason)) && !(wait.Since + Patience >= next))
                {
                    next = wait.Since + Patience;
                }
            }

            return next;
        }
    }

    /// <summary>Something was seen of an attempt.</summary>
    public void Seen(AttemptRef attempt, ObservedPhase phase, AttemptFacts facts, DateTimeOffset now)
    {
        var reason = phase == ObservedPhase.Pending ? facts.Waiting : null;
        if (_waiting.TryGetValue(attempt, out var before))
        {
            if (before.Reason == reason)
            {
                return;
            }

            _waiting.Remove(attempt);
            if (!_waiting.Any(other => other.Key.Task == attempt.Task && other.Value.Reason == before.Reason))
            {
                _told.Remove((attempt.Task, before.Reason));
            }
        }

        if (reason is not null)
        {
            _waiting[attempt] = (reason, now);
        }
    }

    /// <summary>What there is to tell now.</summary>
    public IReadOnlyList<string> Take(DateTimeOffset now)
    {
        var notices = new List<string>();
        foreach (var (attempt, (reason, since)) in _waiting)
        {
            if (since + Patience <= now && _told.Add((attempt.Task, reason)))
            {
                var count = _waiting.Count(other => other.Key.Task == attempt.Task && other.Value.Reason == reason);
                notices.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{graph.Plan.Tasks[attempt.Task].Name}: {(count == 1 ? "1 instance waits" : $"{count} instances wait")}: {reason}"));
            }
        }

        return notices;
    }
}
