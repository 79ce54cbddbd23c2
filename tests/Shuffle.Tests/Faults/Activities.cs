using System.Collections.Concurrent;

namespace Shuffle.Tests.Faults;

/// <summary>Who is doing what, so that a round that hangs can be told with what it waits for. Thread-safe.</summary>
internal sealed class Activities
{
    private readonly ConcurrentDictionary<string, string> _doing = new(StringComparer.Ordinal);

    /// <summary>Says what somebody is doing from now on; null once it has ended.</summary>
    internal void Set(string who, string? what)
    {
        if (what is null)
        {
            _doing.TryRemove(who, out _);
        }
        else
        {
            _doing[who] = what;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join('\n', _doing.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {pair.Value}"));
}
