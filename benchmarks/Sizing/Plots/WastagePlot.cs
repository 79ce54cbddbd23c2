using System.Globalization;
using Executor.Accounting.Page;
using Executor.Sizing.Replaying;

namespace Executor.Benchmarks.Sizing.Plots;

/// <summary>For each workflow and each way of sizing: what was wasted of memory by what was used, and how many first tries ran out of it.</summary>
internal static class WastagePlot
{
    private const double Width = 960;
    private const double Top = 52;
    private const double Line = 16;
    private const double Gap = 14;
    private const double HeadingHeight = 26;
    private const double Names = 250;
    private const double WasteLeft = 262;
    private const double WasteRight = 590;
    private const double FailLeft = 672;
    private const double FailRight = 900;
    private const double LeastWaste = 0.05;
    private const double MostWaste = 10;
    private const double MostFailures = 20;

    /// <summary>Draws it.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="known">The workflows that the model was made with.</param>
    /// <param name="heldOut">Those that it was made without.</param>
    public static void Write(TextWriter writer, IReadOnlyList<ReplayedWorkflow> known, IReadOnlyList<ReplayedWorkflow> heldOut)
    {
        var block = (6 * Line) + Gap;
        var bottom = Top + ((known.Count + heldOut.Count) * block) + (heldOut.Count > 0 ? HeadingHeight : 0);
        Drawing.Write(writer, Width, bottom + 40, "Memory wasted and first tries that ran out of memory, by workflow and way of sizing", page =>
        {
            page.Text(WasteLeft, 24, "GB·h wasted for each GB·h used", style: "title");
            page.Text(FailLeft, 24, "first tries out of memory", style: "title");
            WriteAxes(page, bottom);
            var y = Top;
            foreach (var workflow in known)
            {
                WriteWorkflow(page, workflow, y);
                y += block;
            }

            if (heldOut.Count > 0)
            {
                page.Text(16, y + 12, "not opened while the model was made:", style: "note");
                y += HeadingHeight;
            }

            foreach (var workflow in heldOut)
            {
                WriteWorkflow(page, workflow, y);
                y += block;
            }
        });
    }

    private static void WriteAxes(Markup page, double bottom)
    {
        foreach (var tick in (double[])[0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10])
        {
            page.Line(Waste(tick), Top - 8, Waste(tick), bottom, "grid");
            page.Text(Waste(tick), bottom + 16, Number(tick, "0.##"), "middle", "note");
        }

        for (var tick = 0; tick <= MostFailures; tick += 5)
        {
            page.Line(Failures(tick), Top - 8, Failures(tick), bottom, "grid");
            page.Text(Failures(tick), bottom + 16, Number(tick, "0") + " %", "middle", "note");
        }
    }

    private static void WriteWorkflow(Markup page, ReplayedWorkflow workflow, double y)
    {
        var row = workflow.Row;
        (string Name, ReplayResult Result, string Style)[] ways =
        [
            ("presets", row.Presets, "reference"),
            ("Witt-P95", row.Witt, "reference"),
            ("VPA", row.Vpa, "reference"),
            ("Ponder (rchar)", row.Ponder, "reference"),
            ("Executor", row.Mix, "ours"),
            ("Executor (rchar)", workflow.WithInput, "ours"),
        ];
        page.Text(16, y + 12, row.Workflow, style: "title");
        page.Text(16, y + 28, $"{Number(row.Mix.Tasks, "#,0")} tasks", style: "note");
        page.Text(16, y + 42, $"{Number(row.Mix.UsedGigabyteHours, "#,0")} GB·h used", style: "note");
        foreach (var (name, result, style) in ways)
        {
            var middle = y + (Line / 2);
            page.Text(Names, middle + 4, name, "end");
            var waste = result.WastedGigabyteHours / result.UsedGigabyteHours;
            Mark(page, WasteLeft, Waste(waste), middle, style, Number(waste, "0.00"));
            Mark(page, FailLeft, Failures(100 * result.FailureRate), middle, style, Number(100 * result.FailureRate, "0.0") + " %");
            y += Line;
        }
    }

    private static void Mark(Markup page, double from, double to, double y, string style, string text)
    {
        page.Line(from, y, to, y, $"lead {style}");
        page.Dot(to, y, 4, style);
        page.Text(to + 8, y + 4, text, style: "note");
    }

    private static double Waste(double share) =>
        WasteLeft + ((WasteRight - WasteLeft) * Drawing.Decades(Math.Clamp(share, LeastWaste, MostWaste), LeastWaste, MostWaste));

    private static double Failures(double percent) => FailLeft + ((FailRight - FailLeft) * Math.Min(percent, MostFailures) / MostFailures);

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
