using System.Globalization;

namespace Executor.Cluster.Logs;

/// <summary>
/// Takes the lines of a log that is read with timestamps, perhaps in several pieces, of which each begins again shortly before the one before it ended:
/// each line is taken once. The API counts in seconds, and lines of stdout and stderr stand in a log nearly in the order of their times and no more, so
/// that the last two seconds are read again.
/// </summary>
internal sealed class TimedLines
{
    private static readonly TimeSpan Disorder = TimeSpan.FromSeconds(1);

    private HashSet<string> _ofTheSecondBefore = [];
    private HashSet<string> _ofTheLastSecond = [];
    private DateTimeOffset _second;

    /// <summary>The time to read on from; null before the first line.</summary>
    public DateTimeOffset? ReadFrom { get; private set; }

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
        if (second > _second)
        {
            _ofTheSecondBefore = second - _second <= Disorder ? _ofTheLastSecond : [];
            _ofTheLastSecond = [];
            _second = second;
            ReadFrom = second - Disorder;
        }

        var isNew = second == _second ? _ofTheLastSecond.Add(line)
            : second >= _second - Disorder && _ofTheSecondBefore.Add(line);
        return isNew ? line[(space + 1)..] : null;
    }
}
