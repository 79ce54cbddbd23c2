using System.Diagnostics.Metrics;
using Executor.Shuffle.Engine.Metrics;
using Executor.TestKit;

namespace Shuffle.Tests.Metrics;

public sealed class PrometheusTextTests
{
    [Fact]
    public void What_instruments_measured_is_written_as_prometheus_reads_it()
    {
        using var meter = new Meter("golden");
        using var reader = new MeterReader(wanted => wanted == meter);
        var sent = meter.CreateCounter<long>("app.sent", "By", "Bytes\nthat were \\sent.");
        var calls = meter.CreateCounter<long>("app.calls", null, "Calls.");
        var wait = meter.CreateHistogram(
            "app.wait", "s", "Waits.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        meter.CreateObservableGauge("app.open", () => new Measurement<long>[] { new(3, new KeyValuePair<string, object?>("kind", "a\"b\\c\nd")) }, null, "Open.");
        meter.CreateObservableCounter("app.spent", () => 1.5, "s", "Spent.");
        meter.CreateCounter<long>("app.never");
        sent.Add(5);
        sent.Add(7);
        calls.Add(1, new("call", "put"), new("status", "OK"));
        calls.Add(2, new("call", "get"), new("status", "OK"));
        calls.Add(3, new("call", "put"), new("status", "OK"));
        foreach (var value in (double[])[0.05, 0.1, 0.5, 7])
        {
            wait.Record(value, new KeyValuePair<string, object?>("of", "x"));
        }

        var text = PrometheusText.Write(reader.Collect());

        Assert.Equal(
            """
            # HELP app_calls_total Calls.
            # TYPE app_calls_total counter
            app_calls_total{call="get",status="OK"} 2
            app_calls_total{call="put",status="OK"} 4
            # HELP app_open Open.
            # TYPE app_open gauge
            app_open{kind="a\"b\\c\nd"} 3
            # HELP app_sent_bytes_total Bytes\nthat were \\sent.
            # TYPE app_sent_bytes_total counter
            app_sent_bytes_total 12
            # HELP app_spent_seconds_total Spent.
            # TYPE app_spent_seconds_total counter
            app_spent_seconds_total 1.5
            # HELP app_wait_seconds Waits.
            # TYPE app_wait_seconds histogram
            app_wait_seconds_bucket{of="x",le="0.1"} 2
            app_wait_seconds_bucket{of="x",le="1"} 3
            app_wait_seconds_bucket{of="x",le="+Inf"} 4
            app_wait_seconds_sum{of="x"} 7.65
            app_wait_seconds_count{of="x"} 4

            """.ReplaceLineEndings("\n"),
            text);
        ExpositionFormat.Parse(text);
    }

    [Fact]
    public void What_an_observed_instrument_tells_no_more_is_gone_and_sums_are_not_added_twice()
    {
        using var meter = new Meter("observed");
        using var reader = new MeterReader(wanted => wanted == meter);
        var told = new List<Measurement<double>> { new(4, new KeyValuePair<string, object?>("of", "x")) };
        meter.CreateObservableCounter("app.told", () => told, null, "Told.");
        Assert.Equal(4, Assert.Single(Assert.Single(reader.Collect()).Series).Value);
        Assert.Equal(4, Assert.Single(Assert.Single(reader.Collect()).Series).Value);
        told.Clear();
        Assert.Empty(reader.Collect());
    }
}
