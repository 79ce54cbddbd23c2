using Executor.Outcomes;
using Executor.Rendering;

namespace Executor.Accounting.Page;

/// <summary>Each attempt as a bar from its start to its end, in as few lanes as they fit in.</summary>
internal static class TimelineChart
{
    /// <summary>How many attempts are drawn.</summary>
    public const int MostDrawn = 2_000;

    private const double Width = 960;
    private const double Left = 44;
    private const double Right = Width - 16;
    private const double Top = 4;
    private const double MostHeight = 640;

    /// <summary>Draws it.</summary>
    /// <param name="page">Where.</param>
    /// <param name="spans">The attempts; where there are too many, those that failed and those that took longest are drawn.</param>
    /// <param name="seconds">How long the run took; above 0.</param>
    /// <param name="classes">The names of the classes.</param>
    /// <param name="colours">Their colours.</param>
    public static void Write(Markup page, IReadOnlyList<AttemptSpan> spans, double seconds, IReadOnlyList<ClassUsage> classes, ClassColours colours)
    {
        var drawn = spans.Count <= MostDrawn
            ? spans
            : [.. spans.OrderByDescending(span => span.Cause != AttemptCause.Succeeded).ThenByDescending(span => span.To - span.From).Take(MostDrawn)];
        var bars = drawn.OrderBy(span => span.From).ThenBy(span => span.Class).ThenBy(span => span.Attempt.Index).ToList();
        var lanes = Lanes(bars, out var count);
        var height = Math.Clamp(MostHeight / Math.Max(1, count), 1, 16);
        var bottom = Top + (count * height) + 4;
        page.BeginDrawing(Width, bottom + 22, "Attempts over time");
        page.TimeAxis(Left, Right, Top, bottom, seconds);
        for (var i = 0; i < bars.Count; i++)
        {
            var span = bars[i];
            var x = Left + ((Right - Left) * span.From / seconds);
            var width = Math.Max(0.6, (Right - Left) * (span.To - span.From) / seconds);
            page.Rectangle(x, Top + (lanes[i] * height), width, Math.Max(0.8, height * 0.86), StyleOf(span, colours), Tip(span, classes));
        }

        page.EndDrawing();
        if (drawn.Count < spans.Count)
        {
            page.Element(
                "p",
                $"{Quantities.Count(drawn.Count)} of {Quantities.Count(spans.Count)} attempts are drawn: those that failed, and the longest of the others. All of them are in the chart above.",
                "note");
        }
    }

    private static int[] Lanes(List<AttemptSpan> bars, out int count)
    {
        // The lane that is free for longest, if one is; bars come in the order of their starts.
        var free = new PriorityQueue<int, (double Until, int Lane)>();
        var lanes = new int[bars.Count];
        count = 0;
        for (var i = 0; i < bars.Count; i++)
        {
            if (!free.TryPeek(out var lane, out var until) || until.Until > bars[i].From)
            {
                lane = count++;
            }
            else
            {
                free.Dequeue();
            }

            lanes[i] = lane;
            free.Enqueue(lane, (bars[i].To, lane));
        }

        return lanes;
    }

    private static string StyleOf(AttemptSpan span, ClassColours colours) => span.Cause switch
    {
        AttemptCause.Succeeded => ClassColours.Style(colours.Of(span.Class)),
        AttemptCause.OutOfMemory => "oom",
        _ => "failed",
    };

    private static string Tip(AttemptSpan span, IReadOnlyList<ClassUsage> classes)
    {
        var name = classes[span.Class].Name;
        var group = name == span.Attempt.Task ? "" : $" ({name})";
        var who = FormattableString.Invariant($"{span.Attempt.Task}[{span.Attempt.Index}]{group}, attempt {span.Attempt.Attempt}");
        return $"{who}: {span.Cause}, {Quantities.Seconds(span.To - span.From)} from {Quantities.Seconds(span.From)} on";
    }
}
