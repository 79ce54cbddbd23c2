using System.Globalization;
using System.Net;

namespace Executor.Accounting.Page;

/// <summary>Writes HTML and SVG; all text is escaped, numbers are rounded to a hundredth. Not thread-safe.</summary>
internal sealed class Markup(TextWriter writer)
{
    /// <summary>Writes markup as it is.</summary>
    public void Raw(string markup)
    {
        writer.Write(markup);
        writer.Write('\n');
    }

    /// <summary>Writes an element that holds nothing but text.</summary>
    public void Element(string name, string text, string? style = null) =>
        Raw($"<{name}{ClassOf(style)}>{Escape(text)}</{name}>");

    /// <summary>Begins a drawing of such a size, which shrinks with the window.</summary>
    /// <param name="width">Its width, in the units of all that is drawn in it.</param>
    /// <param name="height">Its height.</param>
    /// <param name="label">What it shows, for who cannot see it.</param>
    public void BeginDrawing(double width, double height, string label) =>
        Raw($"<svg viewBox=\"0 0 {N(width)} {N(height)}\" role=\"img\" aria-label=\"{Escape(label)}\">");

    /// <summary>Ends a drawing.</summary>
    public void EndDrawing() => Raw("</svg>");

    /// <summary>A rectangle, with a text that is shown on pointing at it.</summary>
    public void Rectangle(double x, double y, double width, double height, string style, string? tip = null)
    {
        var head = $"<rect x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\"{ClassOf(style)}";
        Raw(tip is null ? $"{head}/>" : $"{head}><title>{Escape(tip)}</title></rect>");
    }

    /// <summary>A line.</summary>
    public void Line(double x1, double y1, double x2, double y2, string style) =>
        Raw($"<line x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\"{ClassOf(style)}/>");

    /// <summary>A filled outline through points.</summary>
    public void Area(IEnumerable<(double X, double Y)> points, string style, string? tip = null)
    {
        var outline = string.Join(' ', points.Select(point => $"{N(point.X)},{N(point.Y)}"));
        Raw($"<polygon points=\"{outline}\"{ClassOf(style)}>{(tip is null ? "" : $"<title>{Escape(tip)}</title>")}</polygon>");
    }

    /// <summary>A text; <paramref name="anchor"/> is <c>start</c>, <c>middle</c> or <c>end</c>.</summary>
    public void Text(double x, double y, string text, string anchor = "start", string? style = null) =>
        Raw($"<text x=\"{N(x)}\" y=\"{N(y)}\" text-anchor=\"{anchor}\"{ClassOf(style)}>{Escape(text)}</text>");

    /// <summary>A time axis: a line across with round times below it.</summary>
    /// <param name="left">Where it begins.</param>
    /// <param name="right">Where it ends.</param>
    /// <param name="top">Where the lines up to it begin.</param>
    /// <param name="y">Where it lies.</param>
    /// <param name="seconds">The time at its end; above 0.</param>
    public void TimeAxis(double left, double right, double top, double y, double seconds)
    {
        var step = RoundStep(seconds / 8);
        for (var at = 0.0; at <= seconds * 1.0001; at += step)
        {
            var x = left + ((right - left) * at / seconds);
            Line(x, top, x, y, "grid");
            Text(x, y + 14, Clock(at, step), "middle", "note");
        }

        Line(left, y, right, y, "axis");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static string ClassOf(string? style) => style is null ? "" : $" class=\"{style}\"";

    private static string N(double number) => Math.Round(number, 2).ToString(CultureInfo.InvariantCulture);

    private static double RoundStep(double least)
    {
        double[] round = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
        if (least > round[^1])
        {
            return Math.Ceiling(least / round[^1]) * round[^1];
        }

        if (least >= 1)
        {
            return round.First(step => step >= least);
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return least / power <= 1 ? power : least / power <= 2 ? 2 * power : least / power <= 5 ? 5 * power : 10 * power;
    }

    private static string Clock(double seconds, double step) => step switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(seconds, 6)} s"),
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 60}:{(int)seconds % 60:00}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(long)seconds / 3600}:{(long)seconds / 60 % 60:00}:00"),
    };
}
