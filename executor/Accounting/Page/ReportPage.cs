using System.Globalization;
using Executor.Accounting.Advice;
using Executor.Outcomes;
using Executor.Rendering;

namespace Executor.Accounting.Page;

/// <summary>
/// A run's accounts as one page of HTML that needs nothing else: no script, no network, light or dark as its reader has it. It keeps a few dozen bytes for
/// an attempt. Not thread-safe.
/// </summary>
/// <param name="run">The run's id.</param>
/// <param name="workflow">The workflow's name.</param>
internal sealed class ReportPage(string run, string workflow)
{
    private readonly UsageTotals _totals = new();
    private readonly Dictionary<string, ClassUsage> _byName = [];
    private readonly List<ClassUsage> _classes = [];
    private readonly SortedDictionary<AttemptCause, int> _causes = [];
    private readonly List<AttemptSpan> _spans = [];
    private DateTimeOffset? _epoch;

    // As the bars have it: hours of what takes long, seconds of what does not.
    private bool IsLong => _totals.RequestedGigabyteSeconds >= 3600;

    private string MemoryTimeUnit => IsLong ? "GB·h" : "GB·s";

    /// <summary>Adds an attempt, in any order.</summary>
    public void Add(AccountingRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        _totals.Add(row);
        if (!_byName.TryGetValue(row.Class, out var group))
        {
            group = new ClassUsage(row.Class, _classes.Count);
            _byName.Add(row.Class, group);
            _classes.Add(group);
        }

        group.Add(row);
        _causes[row.Outcome.Cause] = _causes.GetValueOrDefault(row.Outcome.Cause) + 1;
        if (row is { ElapsedSeconds: { } seconds, Ended: { } ended })
        {
            // Times are counted from the first attempt that was added until it is known which began first.
            var from = row.Started ?? ended.AddSeconds(-seconds);
            _epoch ??= from;
            var start = (from - _epoch.Value).TotalSeconds;
            _spans.Add(new AttemptSpan(row.Attempt, group.Ordinal, start, start + seconds, row.Outcome.Cause));
        }
    }

    /// <summary>Writes the page.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="advice">What the workflow should ask for instead; may be empty.</param>
    public void Write(TextWriter writer, IReadOnlyList<SizeChange> advice)
    {
        ArgumentNullException.ThrowIfNull(advice);
        var page = new Markup(writer);
        page.Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">");
        page.Raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">");
        page.Raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        page.Element("title", $"{run}: {workflow}");
        page.Raw($"<style>\n{PageStyle.Sheet}\n</style>\n</head>\n<body>");
        page.Element("h1", run);
        page.Element("p", $"Workflow {workflow}{Period()}", "note");
        WriteTiles(page);
        if (_classes.Count > 0)
        {
            WriteTimes(page);
            WriteUsage(page);
            WriteClasses(page);
            WriteAdvice(page, advice);
            WriteCauses(page);
        }

        page.Raw("</body>\n</html>");
    }

    private static void WriteAdvice(Markup page, IReadOnlyList<SizeChange> advice)
    {
        if (advice.Count == 0)
        {
            return;
        }

        page.Raw("<section>");
        page.Element("h2", "What would have saved most");
        page.Raw("<ul>");
        foreach (var change in advice)
        {
            page.Element("li", AdviceText.Of(change));
        }

        page.Raw("</ul>\n</section>");
    }

    private string Period()
    {
        if (_epoch is not { } epoch)
        {
            return ". No attempt has run and ended.";
        }

        var first = epoch.AddSeconds(_spans.Min(span => span.From));
        var last = epoch.AddSeconds(_spans.Max(span => span.To));
        return string.Create(
            CultureInfo.InvariantCulture,
            $", {first.UtcDateTime:yyyy-MM-dd HH:mm:ss} to {last.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, {Quantities.Seconds((last - first).TotalSeconds)}. Attempts that have ended; costs are estimates by the prices given.");
    }

    private void WriteTiles(Markup page)
    {
        page.Raw("<div class=\"tiles\">");
        Tile("attempts", Quantities.Count(_totals.Attempts));
        Tile("failed", Quantities.Count(_totals.Failed));
        Tile("retries", Quantities.Count(_totals.Retries));
        Tile("out of memory", Quantities.Count(_totals.OutOfMemory));
        Tile("CPU used of given", Quantities.Percent(_totals.CpuSeconds, _totals.CpuRequestedSeconds));
        Tile("memory used of given", Quantities.Percent(_totals.UsedGigabyteSeconds, _totals.RequestedGigabyteSeconds));
        Tile($"{MemoryTimeUnit} wasted", MemoryTime(_totals.WastedGigabyteSeconds));
        Tile($"{MemoryTimeUnit} lost to memory", MemoryTime(_totals.OutOfMemoryLostGigabyteSeconds));
        Tile("cost", Dollars(_totals.Cost));
        Tile($"of it wasted ({Quantities.Percent(_totals.WastedCost, _totals.Cost)})", Dollars(_totals.WastedCost));
        page.Raw("</div>");

        void Tile(string name, string value)
        {
            page.Raw("<div>");
            page.Element("b", value);
            page.Element("span", name);
            page.Raw("</div>");
        }
    }

    private void WriteTimes(Markup page)
    {
        if (_spans.Count == 0)
        {
            return;
        }

        var first = _spans.Min(span => span.From);
        var spans = _spans.ConvertAll(span => span with { From = span.From - first, To = span.To - first });
        var seconds = Math.Max(0.001, spans.Max(span => span.To));
        var colours = new ClassColours(_classes);
        page.Raw("<section>");
        page.Element("h2", "Attempts at a time");
        colours.WriteLegend(page, withFailures: false);
        ConcurrencyChart.Write(page, spans, seconds, colours);
        page.Raw("</section>\n<section>");
        page.Element("h2", "Timeline");
        colours.WriteLegend(page, withFailures: _totals.Failed > 0);
        TimelineChart.Write(page, spans, seconds, _classes, colours);
        if (_spans.Count < _totals.Attempts)
        {
            page.Element("p", $"{Quantities.Count(_totals.Attempts - _spans.Count)} attempts are not shown: they never ran, or it is not known when.", "note");
        }

        page.Raw("</section>");
    }

    private void WriteUsage(Markup page)
    {
        page.Raw("<section>");
        page.Element("h2", "Memory used of memory given, by class");
        UsageBars.Write(page, "Memory used and given by class", "GB", _classes, totals => totals.RequestedGigabyteSeconds, totals => totals.UsedGigabyteSeconds);
        page.Element("p", "Used is the peak over the whole time, which is more than was in use at most moments.", "note");
        page.Raw("</section>\n<section>");
        page.Element("h2", "CPU used of CPU given, by class");
        UsageBars.Write(page, "CPU used and given by class", "core", _classes, totals => totals.CpuRequestedSeconds, totals => totals.CpuSeconds);
        page.Raw("</section>");
    }

    private void WriteClasses(Markup page)
    {
        string[] columns =
        [
            "Class", "Attempts", "Failed", "Retries", "Out of memory", "Time", "CPU", "Memory given", "Peak: median", "95 %", "largest",
            $"{MemoryTimeUnit} wasted", "lost to memory", "Cost", "wasted",
        ];
        page.Raw("<section>");
        page.Element("h2", "Classes");
        WriteTable(page, columns, _classes.Select(one => (string[])
        [
            one.Name,
            Quantities.Count(one.Totals.Attempts),
            Quantities.Count(one.Totals.Failed),
            Quantities.Count(one.Totals.Retries),
            Quantities.Count(one.Totals.OutOfMemory),
            Quantities.Seconds(one.Totals.ElapsedSeconds),
            Quantities.Percent(one.Totals.CpuSeconds, one.Totals.CpuRequestedSeconds),
            Quantities.Bytes(one.Totals.MemoryBytes),
            Quantities.Bytes(one.PeakAt(0.5)),
            Quantities.Bytes(one.PeakAt(0.95)),
            Quantities.Bytes(one.PeakAt(1)),
            MemoryTime(one.Totals.WastedGigabyteSeconds),
            MemoryTime(one.Totals.OutOfMemoryLostGigabyteSeconds),
            Dollars(one.Totals.Cost),
            Dollars(one.Totals.WastedCost),
        ]));
        page.Raw("</section>");
    }

    private void WriteCauses(Markup page)
    {
        page.Raw("<section>");
        page.Element("h2", "How attempts ended");
        WriteTable(
            page,
            ["Cause", "Attempts", "Share"],
            _causes.Select(cause => (string[])[cause.Key.ToString(), Quantities.Count(cause.Value), Quantities.Percent(cause.Value, _totals.Attempts)]));
        page.Raw("</section>");
    }

    private static void WriteTable(Markup page, string[] columns, IEnumerable<string[]> rows)
    {
        page.Raw("<table>\n<tr>");
        foreach (var column in columns)
        {
            page.Element("th", column);
        }

        page.Raw("</tr>");
        foreach (var row in rows)
        {
            page.Raw("<tr>");
            foreach (var cell in row)
            {
                page.Element("td", cell);
            }

            page.Raw("</tr>");
        }

        page.Raw("</table>");
    }

    private string MemoryTime(double gigabyteSeconds) => ThreeDigits(IsLong ? gigabyteSeconds / 3600 : gigabyteSeconds);

    private static string Dollars(double dollars) => $"${ThreeDigits(dollars)}";

    private static string ThreeDigits(double value) => value switch
    {
        0 => "0",
        >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 0.001 => value.ToString("G3", CultureInfo.InvariantCulture),
        _ => value.ToString("0.######", CultureInfo.InvariantCulture),
    };
}
