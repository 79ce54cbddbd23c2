using System.Diagnostics.Metrics;
using System.Globalization;

namespace Executor.Shuffle.Engine.Metrics;

/// <summary>What one instrument has measured, by labels. Thread-safe.</summary>
internal sealed class InstrumentSeries
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Sum> _sums = new(StringComparer.Ordinal);
    private readonly string _name;
    private readonly string _help;
    private readonly MetricKind _kind;
    private readonly bool _isObserved;
    private readonly IReadOnlyList<double> _bounds;

    internal InstrumentSeries(Instrument instrument)
    {
        _kind = instrument switch
        {
            Histogram<double> or Histogram<long> or Histogram<int> => MetricKind.Histogram,
            Counter<long> or Counter<int> or Counter<double> or ObservableCounter<long> or ObservableCounter<int> or ObservableCounter<double> => MetricKind.Counter,
            _ => MetricKind.Gauge,
        };
        _name = NameOf(instrument, _kind);
        _help = instrument.Description ?? instrument.Name;
        _isObserved = instrument.IsObservable;
        _bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? [];
    }

    /// <summary>Adds a measurement, or takes it for the present value where the instrument is asked.</summary>
    internal void Note(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = tags.IsEmpty ? "" : KeyOf(tags);
        lock (_lock)
        {
            if (!_sums.TryGetValue(key, out var sum))
            {
                _sums.Add(key, sum = new Sum(LabelsOf(tags), _kind == MetricKind.Histogram ? new long[_bounds.Count + 1] : null));
            }

            sum.Value = _isObserved ? value : sum.Value + value;
            if (sum.Counts is { } counts)
            {
                var bucket = 0;
                while (bucket < _bounds.Count && value > _bounds[bucket])
                {
                    bucket++;
                }

                counts[bucket]++;
            }
        }
    }

    /// <summary>Before the instrument is asked again: what it does not tell any more is gone.</summary>
    internal void ForgetObserved()
    {
        if (_isObserved)
        {
            lock (_lock)
            {
                _sums.Clear();
            }
        }
    }

    internal MetricFamily ToFamily()
    {
        lock (_lock)
        {
            return new MetricFamily(_name, _help, _kind, [.. _sums.Values.Select(sum => new MetricSeries(sum.Labels, sum.Value, BucketsOf(sum)))]);
        }
    }

    private HistogramBucket[]? BucketsOf(Sum sum)
    {
        if (sum.Counts is not { } counts)
        {
            return null;
        }

        var buckets = new HistogramBucket[counts.Length];
        long total = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            total += counts[i];
            buckets[i] = new HistogramBucket(i < _bounds.Count ? _bounds[i] : double.PositiveInfinity, total);
        }

        return buckets;
    }

    private static string NameOf(Instrument instrument, MetricKind kind)
    {
        var name = Clean(instrument.Name);
        var unit = instrument.Unit switch { "By" => "_bytes", "s" => "_seconds", _ => "" };
        name = name.EndsWith(unit, StringComparison.Ordinal) ? name : name + unit;
        return kind == MetricKind.Counter ? name + "_total" : name;
    }

    private static KeyValuePair<string, string>[] LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new KeyValuePair<string, string>[tags.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = new(Clean(tags[i].Key), Text(tags[i].Value));
        }

        return labels;
    }

    private static string KeyOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = new System.Text.StringBuilder();
        foreach (var tag in tags)
        {
            key.Append(tag.Key).Append('\0').Append(Text(tag.Value)).Append('\0');
        }

        return key.ToString();
    }

    private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static string Clean(string name) => string.Create(name.Length, name, (text, source) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = char.IsAsciiLetterOrDigit(source[i]) ? source[i] : '_';
        }
    });

    private sealed class Sum(KeyValuePair<string, string>[] labels, long[]? counts)
    {
        internal KeyValuePair<string, string>[] Labels => labels;

        internal long[]? Counts => counts;

        internal double Value { get; set; }
    }
}
