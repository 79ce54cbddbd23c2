using System.Globalization;

namespace Executor.Cluster.Logs;

/// <summary>
/// Takes the lines of a log that is read with timestamps, perhaps in several pieces, of which each begins again in the second in which the one before
/// ended (the API counts in seconds): each line is taken once.
/// </summary>
internal sealed class TimedLines
{
    private readonly HashSet<string> _ofTheLastSecond = [];
    private DateTimeOffset _second;

    /// <summary>The time to read on from; null before the first line.</summary>
    public DateTimeOffset? Latest { get; private set; }

    /// <summary>The line without its time; null for one that was taken before.</summary>
    public string? Take(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || !DateTimeOffset.TryParse(line.AsSpan(0, space), CultureInfo.InvariantCulture, out var at))
        {
            return line;
        }

        var second = at.AddTicks(-(at.UtcTicks % TimeSpan.TicksPerSecond));
        if (second < _second)
        {
            return null;
        }

        if (second > _second)
        {
            _second = second;
            _ofTheLastSecond.Clear();
        }

        Latest = second;
        return _ofTheLastSecond.Add(line) ? line[(space + 1)..] : null;
    }
}
