using Executor.Rendering;

namespace Executor.Accounting.Page;

/// <summary>
/// How many attempts ran at a time, one class on top of the other. It takes every attempt into account, however many there are: the height at a moment is
/// the mean over a slice of the time.
/// </summary>
internal static class ConcurrencyChart
{
    private const int Slices = 240;
    private const double Width = 960;
    private const double Left = 44;
    private const double Top = 8;
    private const double Bottom = 168;

    /// <summary>Draws it.</summary>
    /// <param name="page">Where.</param>
    /// <param name="spans">The attempts.</param>
    /// <param name="seconds">How long the run took; above 0.</param>
    /// <param name="colours">The classes' colours.</param>
    public static void Write(Markup page, IReadOnlyList<AttemptSpan> spans, double seconds, ClassColours colours)
    {
        var layers = Fill(spans, seconds, colours);
        var totals = Enumerable.Range(0, Slices).Select(slice => layers.Sum(layer => layer[slice])).ToArray();

        // Means of whole numbers are off by what floating point makes of them.
        var most = Math.Max(1, Math.Ceiling(totals.Max() - 1e-6));
        page.BeginDrawing(Width, Bottom + 22, "Attempts that ran at a time, by class");
        foreach (var share in (double[])[0.5, 1])
        {
            var y = Bottom - ((Bottom - Top) * share);
            page.Line(Left, y, Width, y, "grid");
            page.Text(Left - 6, y + 4, (most * share).ToString("0.#", System.Globalization.CultureInfo.InvariantCulture), "end", "note");
        }

        page.TimeAxis(Left, Width - 16, Top, Bottom, seconds);
        var below = new double[Slices];
        for (var i = 0; i < layers.Length; i++)
        {
            if (layers[i].All(value => value == 0))
            {
                continue;
            }

            var above = below.Zip(layers[i], (one, other) => one + other).ToArray();
            page.Area(Steps(above, most).Concat(Steps(below, most).Reverse()), ClassColours.Style(i), i < colours.Names.Count ? colours.Names[i] : "others");
            below = above;
        }

        page.EndDrawing();
        page.Element("p", $"At most {Quantities.Count((long)most)} at a time, as a mean over {Quantities.Seconds(seconds / Slices)}.", "note");
    }

    private static double[][] Fill(IReadOnlyList<AttemptSpan> spans, double seconds, ClassColours colours)
    {
        var layers = Enumerable.Range(0, ClassColours.Own + 1).Select(_ => new double[Slices]).ToArray();
        var slice = seconds / Slices;
        foreach (var span in spans)
        {
            var layer = layers[colours.Of(span.Class)];
            var last = Math.Min(Slices - 1, (int)(span.To / slice));
            for (var i = Math.Clamp((int)(span.From / slice), 0, Slices - 1); i <= last; i++)
            {
                layer[i] += Math.Max(0, Math.Min(span.To, (i + 1) * slice) - Math.Max(span.From, i * slice)) / slice;
            }
        }

        return layers;
    }

    private static IEnumerable<(double X, double Y)> Steps(double[] values, double most)
    {
        var width = (Width - 16 - Left) / Slices;
        for (var i = 0; i < values.Length; i++)
        {
            var y = Bottom - ((Bottom - Top) * values[i] / most);
            yield return (Left + (i * width), y);
            yield return (Left + ((i + 1) * width), y);
        }
    }
}
