using System.Globalization;
using Executor.Accounting.Page;

namespace Executor.Benchmarks.Sizing.Plots;

/// <summary>
/// An SVG file that can stand alone or in a page: it has a ground of its own, light or dark as the reader's system is, so that it can be read on a page of either kind.
/// </summary>
internal static class Drawing
{
    private const string Sheet =
        """
        :root { --card: #ffffff; --ink: #1a1a19; --muted: #5f5e5a; --rule: #e1e0d9; --ours: #2a78d6; --reference: #8f8e86; --peak: #1a1a19; --failed: #d03b3b; }
        @media (prefers-color-scheme: dark) {
          :root { --card: #1b1b1a; --ink: #f2f1ec; --muted: #a8a79f; --rule: #3a3935; --ours: #6aaaf2; --reference: #8b8a82; --peak: #f2f1ec; --failed: #f08080; }
        }
        text { font: 12px system-ui, sans-serif; fill: var(--ink); }
        .ground { fill: var(--card); stroke: var(--rule); }
        .title { font-size: 14px; font-weight: 600; }
        .note { fill: var(--muted); font-size: 11px; }
        .grid { stroke: var(--rule); stroke-width: 1; }
        .lead { stroke-width: 2; }
        .lead.ours { stroke: var(--ours); } .lead.reference { stroke: var(--reference); }
        .ours { fill: var(--ours); } .reference { fill: var(--reference); } .peak { fill: var(--peak); }
        .hollow { fill: none; stroke: var(--reference); stroke-width: 1.4; }
        .failed { fill: var(--failed); }
        """;

    /// <summary>Writes a drawing of such a size.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="width">Its width, in the units of all that is drawn in it.</param>
    /// <param name="height">Its height.</param>
    /// <param name="label">What it shows, for who cannot see it.</param>
    /// <param name="content">Draws it.</param>
    public static void Write(TextWriter writer, double width, double height, string label, Action<Markup> content)
    {
        var page = new Markup(writer);
        page.Raw(string.Create(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{label}\">"));
        page.Raw($"<style>\n{Sheet}\n</style>");
        page.Raw(string.Create(CultureInfo.InvariantCulture, $"<rect x=\"0.5\" y=\"0.5\" width=\"{width - 1}\" height=\"{height - 1}\" rx=\"8\" class=\"ground\"/>"));
        content(page);
        page.EndDrawing();
    }

    /// <summary>A point.</summary>
    public static void Dot(this Markup page, double x, double y, double radius, string style) =>
        page.Raw(string.Create(CultureInfo.InvariantCulture, $"<circle cx=\"{x:0.##}\" cy=\"{y:0.##}\" r=\"{radius:0.##}\" class=\"{style}\"/>"));

    /// <summary>The share of the way from one number to another at which a third lies, where each decade is as long.</summary>
    public static double Decades(double value, double from, double to) => Math.Log(value / from) / Math.Log(to / from);
}
