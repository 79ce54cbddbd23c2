using System.Globalization;
using Executor.Launching;
using Executor.Scheduling;

namespace Executor.Driving;

/// <summary>
/// What people are told of attempts that were accepted and do not run: once per task and reason, when an attempt has waited for the same reason
/// for 30 seconds, and anew once none has waited for it in between. What is seen costs the same however many wait. Not thread-safe.
/// </summary>
internal sealed class WaitingNotices(TaskGraph graph)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Dictionary<AttemptRef, (string Reason, DateTimeOffset Since)> _waiting = [];
    private readonly Dictionary<(int Task, string Reason), Crowd> _crowds = [];

    /// <summary>When <see cref="Take"/> has something to tell though nothing is seen; null if never.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            DateTimeOffset? next = null;
            foreach (var (what, crowd) in _crowds)
            {
                if (!crowd.IsTold && LongestOf(what.Reason, crowd) is { } since && !(since + Patience >= next))
                {
                    next = since + Patience;
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
            var left = _crowds[(attempt.Task, before.Reason)];
            if (--left.Count == 0)
            {
                _crowds.Remove((attempt.Task, before.Reason));
            }
        }

        if (reason is not null)
        {
            _waiting[attempt] = (reason, now);
            if (!_crowds.TryGetValue((attempt.Task, reason), out var joined))
            {
                _crowds[(attempt.Task, reason)] = joined = new Crowd();
            }

            joined.Count++;
            if (!joined.IsTold)
            {
                joined.Order.Enqueue((attempt, now));
            }
        }
    }

    /// <summary>What there is to tell now.</summary>
    public IReadOnlyList<string> Take(DateTimeOffset now)
    {
        var notices = new List<string>();
        foreach (var (what, crowd) in _crowds)
        {
            if (!crowd.IsTold && LongestOf(what.Reason, crowd) + Patience <= now)
            {
                crowd.IsTold = true;
                crowd.Order.Clear();
                notices.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{graph.Plan.Tasks[what.Task].Name}: {(crowd.Count == 1 ? "1 instance waits" : $"{crowd.Count} instances wait")}: {what.Reason}"));
            }
        }

        return notices;
    }

    /// <summary>Since when the attempt has waited that has waited longest.</summary>
    private DateTimeOffset? LongestOf(string reason, Crowd crowd)
    {
        while (crowd.Order.TryPeek(out var first))
        {
            if (_waiting.TryGetValue(first.Attempt, out var wait) && wait == (reason, first.Since))
            {
                return first.Since;
            }

            crowd.Order.Dequeue();
        }

        return null;
    }

    /// <summary>The attempts of one task that wait for one reason.</summary>
    private sealed class Crowd
    {
        /// <summary>How many wait.</summary>
        public int Count { get; set; }

        /// <summary>True once people know of it: <see cref="Order"/> is kept no longer.</summary>
        public bool IsTold { get; set; }

        /// <summary>Who came when. Those that have left stay until they are first.</summary>
        public Queue<(AttemptRef Attempt, DateTimeOffset Since)> Order { get; } = [];
    }
}
