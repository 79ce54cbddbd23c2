using System.Globalization;
using System.Text;

namespace Executor.Shuffle.Engine.Metrics;

/// <summary>Prometheus' text exposition format, version 0.0.4: what a scrape reads.</summary>
internal static class PrometheusText
{
    /// <summary>The Content-Type of an answer in this format.</summary>
    internal const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes families in order of their names, series in order of their labels.</summary>
    internal static string Write(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families.OrderBy(family => family.Name, StringComparer.Ordinal))
        {
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(EscapeHelp(family.Help)).Append('\n');
            text.Append("# TYPE ").Append(family.Name).Append(' ').Append(NameOf(family.Kind)).Append('\n');
            foreach (var (labels, series) in family.Series.Select(series => (Labels: Join(series.Labels), series)).OrderBy(pair => pair.Labels, StringComparer.Ordinal))
            {
                if (series.Buckets is { } buckets)
                {
                    AppendHistogram(text, family.Name, labels, series.Value, buckets);
                }
                else
                {
                    AppendSample(text, family.Name, labels, Format(series.Value));
                }
            }
        }

        return text.ToString();
    }

    private static void AppendHistogram(StringBuilder text, string name, string labels, double sum, IReadOnlyList<HistogramBucket> buckets)
    {
        foreach (var bucket in buckets)
        {
            var bound = $"le=\"{Format(bucket.Bound)}\"";
            AppendSample(text, name + "_bucket", labels.Length == 0 ? bound : $"{labels},{bound}", Format(bucket.Count));
        }

        AppendSample(text, name + "_sum", labels, Format(sum));
        AppendSample(text, name + "_count", labels, Format(buckets[^1].Count));
    }

    private static void AppendSample(StringBuilder text, string name, string labels, string value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(value).Append('\n');
    }

    private static string Join(IReadOnlyList<KeyValuePair<string, string>> labels) =>
        string.Join(',', labels.Select(label => $"{label.Key}=\"{EscapeValue(label.Value)}\""));

    private static string NameOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        _ => "histogram",
    };

    private static string Format(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string EscapeHelp(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string EscapeValue(string text) => EscapeHelp(text).Replace("\"", "\\\"", StringComparison.Ordinal);
}
