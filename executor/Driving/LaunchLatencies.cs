using Executor.Scheduling;

namespace Executor.Driving;

/// <summary>
/// Finds out how long first attempts were launched after the end that made them possible: the latest end of the round that launches them, which has made
/// room or was waited for; for the first of a task, whose inputs are sealed in between, also the latest end of the tasks before it. Launches that no end has
/// made possible, and those that come after a pause of their own, have no latency. Not thread-safe.
/// </summary>
internal sealed class LaunchLatencies(TaskGraph graph)
{
    private readonly DateTimeOffset?[] _lastEnds = new DateTimeOffset?[graph.TaskCount];
    private readonly bool[] _hasLaunched = new bool[graph.TaskCount];

    /// <summary>The latencies of a round's launches, those of one task together.</summary>
    /// <param name="round">The round.</param>
    /// <param name="now">When its launches began.</param>
    public IReadOnlyList<(int Launches, TimeSpan SinceEnd)> Of(DriverRound round, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(round);
        DateTimeOffset? ended = null;
        foreach (var end in round.Ends)
        {
            if (end.Facts?.Seen is { } seen)
            {
                ended = Later(ended, seen);
                _lastEnds[end.Attempt.Task] = Later(_lastEnds[end.Attempt.Task], seen);
            }
        }

        var latencies = new List<(int Launches, TimeSpan SinceEnd)>();
        foreach (var launches in round.Decisions.OfType<LaunchDecision>().Where(launch => launch.Attempt.Attempt == 1).GroupBy(launch => launch.Attempt.Task))
        {
            var possible = ended;
            if (!_hasLaunched[launches.Key])
            {
                _hasLaunched[launches.Key] = true;
                foreach (var before in graph.Plan.Tasks[launches.Key].DependsOn)
                {
                    possible = Later(possible, _lastEnds[before]);
                }
            }

            if (possible is { } since)
            {
                latencies.Add((launches.Count(), now - since));
            }
        }

        return latencies;
    }

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other ?? one : one;
}
