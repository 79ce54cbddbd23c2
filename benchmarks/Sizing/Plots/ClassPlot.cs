using System.Globalization;
using Executor.Accounting.Page;
using Executor.Sizing.Replaying;

namespace Executor.Benchmarks.Sizing.Plots;

/// <summary>The tasks of one class by the size of their input: the peak of each, what this product gave it at its launch, and what VPA would have given.</summary>
internal static class ClassPlot
{
    private const double Width = 960;
    private const double Height = 520;
    private const double Left = 64;
    private const double Right = 936;
    private const double Top = 74;
    private const double Bottom = 470;
    private const double Room = 1.25;

    /// <summary>Draws it.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="workflow">The workflow's name.</param>
    /// <param name="name">The class.</param>
    /// <param name="tasks">The workflow's tasks, by their starts.</param>
    public static void Write(TextWriter writer, string workflow, string name, IReadOnlyList<TraceTask> tasks)
    {
        var own = tasks.Where(task => task.Class == name && task.InputBytes > 0).ToList();
        var ours = FirstTries(own, () => new ModelContender(readsInput: true));
        var vpa = FirstTries(own, () => new VpaContender());
        var x = new Decades(own.Min(task => task.InputBytes!.Value) / Room, own.Max(task => task.InputBytes!.Value) * Room, Left, Right);
        var y = new Decades(own.Min(task => task.PeakBytes) / Room, ours.Concat(vpa).Max() * Room, Bottom, Top);
        var label = $"Peaks of {own.Count} tasks of {workflow} by input, and what they were given";
        Drawing.Write(writer, Width, Height, label, page =>
        {
            page.Text(16, 26, string.Create(CultureInfo.InvariantCulture, $"{workflow}, {name[(name.LastIndexOf(':') + 1)..]}: {own.Count} tasks"), style: "title");
            WriteLegend(page);
            WriteAxis(x, (at, text) =>
            {
                page.Line(at, Top, at, Bottom, "grid");
                page.Text(at, Bottom + 16, text, "middle", "note");
            });
            WriteAxis(y, (at, text) =>
            {
                page.Line(Left, at, Right, at, "grid");
                page.Text(Left - 8, at + 4, text, "end", "note");
            });
            page.Text(Right, Bottom + 34, "bytes read (rchar)", "end", "note");
            for (var i = 0; i < own.Count; i++)
            {
                page.Dot(x.At(own[i].InputBytes!.Value), y.At(vpa[i]), 3.2, "hollow");
            }

            for (var i = 0; i < own.Count; i++)
            {
                page.Dot(x.At(own[i].InputBytes!.Value), y.At(ours[i]), 3.6, ours[i] < own[i].PeakBytes ? "failed" : "ours");
            }

            foreach (var task in own)
            {
                page.Dot(x.At(task.InputBytes!.Value), y.At(task.PeakBytes), 2, "peak");
            }
        });
    }

    private static void WriteLegend(Markup page)
    {
        var at = 22.0;
        Entry("peak", 2, "peak");
        Entry("ours", 3.6, "given by Executor at the launch");
        Entry("failed", 3.6, "the same, and not enough");
        Entry("hollow", 3.2, "by VPA");

        void Entry(string style, double radius, string text)
        {
            page.Dot(at, 46, radius, style);
            page.Text(at + 10, 50, text, style: "note");
            at += 34 + (text.Length * 6.2);
        }
    }

    private static void WriteAxis(Decades axis, Action<double, string> tick)
    {
        for (var decade = Math.Pow(10, Math.Floor(Math.Log10(axis.From))); decade <= axis.To; decade *= 10)
        {
            if (decade >= axis.From)
            {
                tick(axis.At(decade), Bytes(decade));
            }
        }
    }

    private static string Bytes(double bytes) => bytes switch
    {
        >= 1e12 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e12:0} TB"),
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0} GB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB"),
    };

    private static List<double> FirstTries(List<TraceTask> tasks, Func<Contender> contender)
    {
        var given = new List<double>();
        TraceReplay.Run(tasks, () => new Recorder(contender(), given));
        return given;
    }

    private sealed record Decades(double From, double To, double Low, double High)
    {
        public double At(double value) => Low + ((High - Low) * Drawing.Decades(value, From, To));
    }

    private sealed class Recorder(Contender sized, List<double> given) : Contender
    {
        public override double? Allocate(TraceTask task, double runningSeconds)
        {
            var bytes = sized.Allocate(task, runningSeconds);
            given.Add(bytes ?? TraceReplay.AskedFor(task));
            return bytes;
        }

        public override double Retry(TraceTask task, double failedBytes) => sized.Retry(task, failedBytes);

        public override void OutOfMemory(double failedBytes) => sized.OutOfMemory(failedBytes);

        public override void Ended(TraceTask task, IReadOnlyList<double> failedBytes) => sized.Ended(task, failedBytes);
    }
}
