using System.Globalization;

namespace Executor.Driving;

/// <summary>
/// What people are told of launches that the backend has no room for: once when it begins or its reason changes, and when it is over. Where
/// room comes and goes, as under a quota that is used up, at most every 30 seconds. Not thread-safe.
/// </summary>
internal sealed class HoldNotices
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);
    private DateTimeOffset? _since;
    private DateTimeOffset _lastTold = DateTimeOffset.MinValue;
    private string? _told;

    /// <summary>A launch was held.</summary>
    /// <param name="message">Why.</param>
    /// <param name="now">The time.</param>
    /// <returns>What to tell; null for nothing.</returns>
    public string? Held(string message, DateTimeOffset now)
    {
        _since ??= now;
        if (message == _told || now - _lastTold < Quiet)
        {
            return null;
        }

        (_told, _lastTold) = (message, now);
        return $"launching waits: {message}";
    }

    /// <summary>A launch was accepted.</summary>
    /// <param name="holding">True while others are held still.</param>
    /// <param name="now">The time.</param>
    /// <returns>What to tell; null for nothing.</returns>
    public string? Accepted(bool holding, DateTimeOffset now)
    {
        if (holding || _since is not { } since)
        {
            return null;
        }

        var told = _told is not null;
        (_since, _told) = (null, null);
        return told ? string.Create(CultureInfo.InvariantCulture, $"launching goes on after {(now - since).TotalSeconds:0} s") : null;
    }
}
