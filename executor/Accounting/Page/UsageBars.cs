using System.Globalization;
using Executor.Rendering;

namespace Executor.Accounting.Page;

/// <summary>For each class a bar of what it was given and one of what it used of it.</summary>
internal static class UsageBars
{
    /// <summary>How many classes have bars.</summary>
    public const int MostClasses = 30;

    private const double Width = 960;
    private const double Left = 200;
    private const double Right = 700;
    private const double RowHeight = 26;
    private const int LongestName = 28;

    /// <summary>Draws it.</summary>
    /// <param name="page">Where.</param>
    /// <param name="label">What it shows.</param>
    /// <param name="unit">The unit of a second of it; over a long time it is told by the hour.</param>
    /// <param name="classes">The classes.</param>
    /// <param name="given">What a class was given, in unit seconds.</param>
    /// <param name="used">What it used, in unit seconds.</param>
    public static void Write(
        Markup page, string label, string unit, IReadOnlyList<ClassUsage> classes, Func<UsageTotals, double> given, Func<UsageTotals, double> used)
    {
        var shown = classes.OrderByDescending(one => given(one.Totals)).Take(MostClasses).ToList();
        var most = shown.Max(one => Math.Max(given(one.Totals), used(one.Totals)));
        var (name, seconds) = most >= 3600 ? ($"{unit}·h", 3600.0) : ($"{unit}·s", 1.0);
        page.BeginDrawing(Width, (shown.Count * RowHeight) + 4, label);
        for (var i = 0; i < shown.Count; i++)
        {
            var totals = shown[i].Totals;
            var y = i * RowHeight;
            var text = string.Create(
                CultureInfo.InvariantCulture,
                $"{used(totals) / seconds:0.##} of {given(totals) / seconds:0.##} {name} ({Quantities.Percent(used(totals), given(totals))})");
            page.Text(Left - 10, y + 17, Short(shown[i].Name), "end");
            page.Rectangle(Left, y + 5, Length(given(totals)), 16, "given", text);
            page.Rectangle(Left, y + 8, Length(used(totals)), 10, "used", text);
            page.Text(Right + 12, y + 17, text);
        }

        page.EndDrawing();
        if (shown.Count < classes.Count)
        {
            page.Element("p", $"The {shown.Count} of {classes.Count} classes that were given most; all are in the table below.", "note");
        }

        double Length(double value) => most > 0 ? (Right - Left) * value / most : 0;
    }

    private static string Short(string name) => name.Length <= LongestName ? name : name[..(LongestName - 1)] + "…";
}
