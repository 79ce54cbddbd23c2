namespace Executor.Accounting.Page;

/// <summary>Which classes have a colour of their own; those beyond share one.</summary>
internal sealed class ClassColours
{
    /// <summary>How many have their own.</summary>
    public const int Own = 6;

    private readonly Dictionary<int, int> _places;

    /// <summary>Gives colours to the classes that took longest.</summary>
    public ClassColours(IReadOnlyCollection<ClassUsage> classes)
    {
        var shown = classes.OrderByDescending(one => one.Totals.ElapsedSeconds).Take(Own).OrderBy(one => one.Ordinal).ToList();
        _places = shown.Select((one, place) => (one.Ordinal, place)).ToDictionary();
        Names = [.. shown.Select(one => one.Name), .. classes.Count > shown.Count ? [$"{classes.Count - shown.Count} others"] : (string[])[]];
    }

    /// <summary>The names of the colours, in their order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The colour of a class, from 0; the last is that of all classes without their own.</summary>
    public int Of(int ordinal) => _places.GetValueOrDefault(ordinal, Own);

    /// <summary>The name of a colour in <see cref="PageStyle"/>.</summary>
    public static string Style(int colour) => FormattableString.Invariant($"c{Math.Min(colour, Own)}");

    /// <summary>Writes which colour means what.</summary>
    public void WriteLegend(Markup page, bool withFailures)
    {
        page.Raw("<p class=\"legend\">");
        for (var i = 0; i < Names.Count; i++)
        {
            Entry(page, Style(i), Names[i]);
        }

        if (withFailures)
        {
            Entry(page, "failed", "failed");
            Entry(page, "oom", "out of memory");
        }

        page.Raw("</p>");
    }

    private static void Entry(Markup page, string style, string name)
    {
        page.Raw($"<span><svg class=\"key\" viewBox=\"0 0 10 10\"><rect width=\"10\" height=\"10\" class=\"{style}\"/></svg>");
        page.Element("span", name);
        page.Raw("</span>");
    }
}
