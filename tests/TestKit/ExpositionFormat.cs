using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Executor.TestKit;

/// <summary>
/// Reads Prometheus' text format 0.0.4 and refuses what breaks its specification, or the conventions for names that its linter knows.
/// </summary>
public sealed partial class ExpositionFormat
{
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _samples = new(StringComparer.Ordinal);

    private ExpositionFormat()
    {
    }

    /// <summary>The sample with this name and these labels, written as in the text; fails if there is none.</summary>
    public double this[string sample] => _samples.TryGetValue(sample, out var value)
        ? value
        : throw new KeyNotFoundException($"no {sample} among\n{string.Join('\n', _samples.Keys)}");

    public IReadOnlyCollection<string> Samples => _samples.Keys;

    public IReadOnlyCollection<string> Families => _types.Keys;

    /// <summary>The sum of all samples of a name whose labels contain a text.</summary>
    public double Sum(string name, string labels = "") =>
        _samples.Where(sample => (sample.Key == name || sample.Key.StartsWith(name + "{", StringComparison.Ordinal)) && sample.Key.Contains(labels, StringComparison.Ordinal)).Sum(sample => sample.Value);

    public static ExpositionFormat Parse(string text)
    {
        var format = new ExpositionFormat();
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        string? family = null;
        string? helped = null;
        foreach (var line in text.Split('\n')[..^1])
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                helped = line.Split(' ', 4)[2];
                Assert.Matches(@"^# HELP [a-zA-Z_:][a-zA-Z0-9_:]* ([^\\]|\\\\|\\n)+$", line);
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var parts = line.Split(' ');
                family = parts[2];
                Assert.Equal(helped, family);
                Assert.Contains(parts[3], (string[])["counter", "gauge", "histogram"]);
                Assert.True(format._types.TryAdd(family, parts[3]), $"{family} comes twice");
                Assert.Equal(parts[3] == "counter", family.EndsWith("_total", StringComparison.Ordinal));
            }
            else
            {
                format.Add(line, family ?? throw new FormatException($"'{line}' has no type"));
            }
        }

        format.CheckHistograms();
        return format;
    }

    private void Add(string line, string family)
    {
        var match = Sample().Match(line);
        Assert.True(match.Success, $"'{line}' is no sample");
        var name = match.Groups["name"].Value;
        var suffix = name.StartsWith(family, StringComparison.Ordinal) ? name[family.Length..] : "another family";
        Assert.Contains(suffix, _types[family] == "histogram" ? (string[])["_bucket", "_sum", "_count"] : [""]);
        var value = match.Groups["value"].Value;
        var number = value switch
        {
            "+Inf" => double.PositiveInfinity,
            _ => double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        Assert.True(_types[family] == "gauge" || number >= 0, line);
        Assert.True(_samples.TryAdd(line[..line.LastIndexOf(' ')], number), $"'{line}' comes twice");
    }

    private void CheckHistograms()
    {
        var buckets = _samples.Where(sample => sample.Key.Contains("_bucket{", StringComparison.Ordinal))
            .GroupBy(sample => Bound().Replace(sample.Key, "").Replace("{}", "", StringComparison.Ordinal));
        foreach (var series in buckets)
        {
            var bounds = series.Select(sample => (Bound: Bound().Match(sample.Key).Groups["bound"].Value, sample.Value)).ToList();
            Assert.Equal("+Inf", bounds[^1].Bound);
            Assert.Equal(bounds.Select(bucket => bucket.Value).Order(), bounds.Select(bucket => bucket.Value));
            Assert.Equal(_samples[series.Key.Replace("_bucket", "_count", StringComparison.Ordinal)], bounds[^1].Value);
            Assert.Contains(series.Key.Replace("_bucket", "_sum", StringComparison.Ordinal), _samples.Keys);
        }
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\\\|\\"|\\n)*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\\\|\\"|\\n)*")*\})? (?<value>[^ ]+)$""")]
    private static partial Regex Sample();

    [GeneratedRegex(""",?le="(?<bound>[^"]*)"$|,?le="(?<bound>[^"]*)"(?=\})""")]
    private static partial Regex Bound();
}
