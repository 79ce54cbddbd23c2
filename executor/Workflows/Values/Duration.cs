using System.Globalization;

namespace Executor.Workflows.Values;

/// <summary>A span of time as workflow files write it: <c>90s</c>, <c>10m</c>, <c>1h30m</c>, <c>2d</c>.</summary>
internal static class Duration
{
    /// <summary>Whole numbers with the units d, h, m, s, each at most once and larger ones first; false where the text is none.</summary>
    public static bool TryParse(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        const string Units = "dhms";
        long[] seconds = [86_400, 3_600, 60, 1];
        var next = 0;
        long total = 0;
        for (var i = 0; i < text.Length;)
        {
            var unit = text.AsSpan(i).IndexOfAnyExceptInRange('0', '9');
            var place = unit > 0 ? Units.IndexOf(text[i + unit], next) : -1;
            if (place < 0 || unit > 9)
            {
                return false;
            }

            total += int.Parse(text.AsSpan(i, unit), NumberStyles.None, CultureInfo.InvariantCulture) * seconds[place];
            next = place + 1;
            i += unit + 1;
        }

        value = TimeSpan.FromSeconds(total);
        return text.Length > 0;
    }

    /// <summary>The shortest text for whole seconds, for people: <c>1h30m</c>.</summary>
    public static string Format(TimeSpan value)
    {
        var parts = new (long Count, char Unit)[] { (value.Days, 'd'), (value.Hours, 'h'), (value.Minutes, 'm'), (value.Seconds, 's') };
        var shown = parts.Where(p => p.Count > 0).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Count}{p.Unit}"));
        return string.Concat(shown) is { Length: > 0 } text ? text : "0s";
    }
}
