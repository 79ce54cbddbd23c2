namespace Executor.Workflows.Errors;

/// <summary>Guesses what a mistyped name was meant to be.</summary>
internal static class Spelling
{
    private const int MaxListed = 8;
    private const int MaxCompared = 1000;

    /// <summary>
    /// The end of a message about an unknown name: <c> (did you mean 'x'?)</c> if one is near, else <c>; there are: x, y</c>,
    /// else <c>; there are none</c>.
    /// </summary>
    public static string Hint(string found, IReadOnlyCollection<string> known) =>
        Nearest(found, known) is { } nearest ? $" (did you mean '{nearest}'?)"
        : known.Count == 0 ? "; there are none"
        : $"; there are: {List(known)}";

    /// <summary>The known names, the later ones counted only.</summary>
    public static string List(IReadOnlyCollection<string> known) => known.Count <= MaxListed
        ? string.Join(", ", known)
        : $"{string.Join(", ", known.Take(MaxListed))} and {known.Count - MaxListed} more";

    /// <summary>The name that takes the fewest edits among the first 1,000, if those are few for a name of that length.</summary>
    public static string? Nearest(string found, IEnumerable<string> known)
    {
        string? best = null;
        var fewest = Math.Clamp(found.Length / 3, 1, 3) + 1;
        foreach (var candidate in known.Take(MaxCompared))
        {
            if (Math.Abs(candidate.Length - found.Length) >= fewest)
            {
                continue;
            }

            var edits = Distance(found.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (edits < fewest)
            {
                (best, fewest) = (candidate, edits);
            }
        }

        return best;
    }

    /// <summary>Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            rows[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            rows[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[a.Length, b.Length];
    }
}
