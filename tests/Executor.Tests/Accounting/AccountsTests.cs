using Executor.Accounting;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Outcomes;
using Xunit;

namespace Executor.Tests.Accounting;

public sealed class AccountsTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);
    private static readonly ResourceLimits Requested = new(2000, 4_000_000_000);

    [Fact]
    public void Waste_is_what_was_asked_for_and_not_used_and_all_of_a_failed_attempt()
    {
        var totals = new TaskTotals("work", Requested.MemoryBytes);

        totals.Add(Row(1, AttemptCause.Failed, seconds: 5, peak: 3_000_000_000));
        totals.Add(Row(2, AttemptCause.Succeeded, seconds: 10, peak: 1_000_000_000));

        Assert.Equal((5 * 4) + (10 * 3), totals.WastedGigabyteSeconds, 6);
        Assert.Equal((2, 1, 1, 0), (totals.Attempts, totals.Succeeded, totals.Failed, totals.Lost));
    }

    [Fact]
    public void An_attempt_counts_with_what_it_was_given_itself()
    {
        var totals = new TaskTotals("work", Requested.MemoryBytes);

        totals.Add(Row(1, AttemptCause.OutOfMemory, seconds: 1, peak: 4_000_000_000));
        totals.Add(Row(2, AttemptCause.Succeeded, seconds: 1, peak: 5_000_000_000) with { Resources = Requested with { MemoryBytes = 8_000_000_000 } });

        Assert.Equal(8_000_000_000, totals.MemoryRequestedBytes);
        Assert.Equal(4 + 3, totals.WastedGigabyteSeconds, 6);
    }

    [Fact]
    public void Only_committed_data_counts_as_read_and_written()
    {
        var totals = new TaskTotals("work", Requested.MemoryBytes);

        totals.Add(Row(1, AttemptCause.Lost, seconds: 5, peak: 1, outputBytes: 100));
        totals.Add(Row(2, AttemptCause.Succeeded, seconds: 5, peak: 1, outputBytes: 30));

        Assert.Equal(30, totals.OutputBytes);
    }

    [Fact]
    public void An_attempt_that_left_no_measures_still_counts_as_an_attempt()
    {
        var totals = new TaskTotals("work", Requested.MemoryBytes);

        totals.Add(new AttemptRow(new AttemptId("r", "work", 0, 0, 1), new AttemptOutcome(AttemptCause.Lost, RetryCharge.Infrastructure, "gone"), null) { Resources = Requested });

        Assert.Equal((1, 1), (totals.Attempts, totals.Lost));
    }

    [Fact]
    public void A_trace_has_Nextflow_s_columns_and_raw_values()
    {
        var path = Path.GetTempFileName();
        try
        {
            using (var trace = new TraceWriter(path))
            {
                trace.Add(Row(1, AttemptCause.Succeeded, seconds: 10, peak: 1_000, outputBytes: 7));
                trace.Add(new AttemptRow(new AttemptId("r", "work", 3, 0, 2), new AttemptOutcome(AttemptCause.OutOfMemory, RetryCharge.Task, "oom", Signal: 9), null) { Resources = Requested with { MemoryBytes = 8_000_000_000 } });
                trace.Add(new AttemptRow(new AttemptId("r", "work", 3, 0, 3), new AttemptOutcome(AttemptCause.Failed, RetryCharge.Task, "exit code 1", ExitCode: 1), null) { Resources = Requested, Final = true });
            }

            var lines = File.ReadAllLines(path).Select(line => line.Split('\t')).ToArray();
            var first = lines[0].Zip(lines[1]).ToDictionary(pair => pair.First, pair => pair.Second);
            var second = lines[0].Zip(lines[2]).ToDictionary(pair => pair.First, pair => pair.Second);
            var third = lines[0].Zip(lines[3]).ToDictionary(pair => pair.First, pair => pair.Second);
            Assert.Equal(lines[0].Length, lines[1].Length);
            Assert.Equal("COMPLETED", first["status"]);
            Assert.Equal(Start.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture), first["start"]);
            Assert.Equal(("10000", "1000", "7", "50.0"), (first["realtime"], first["peak_rss"], first["wchar"], first["%cpu"]));
            Assert.Equal(("FAILED", "-", "work (3)", "2", "RETRY"), (second["status"], second["realtime"], second["name"], second["attempt"], second["error_action"]));
            Assert.Equal(("2", "8000000000", "4000000000"), (second["cpus"], second["memory"], third["memory"]));
            Assert.Equal(("FAILED", "1", "TERMINATE"), (third["status"], third["exit"], third["error_action"]));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static AttemptRow Row(int attempt, AttemptCause cause, double seconds, long peak, long outputBytes = 0) => new(
        new AttemptId("r", "work", 0, 0, attempt),
        new AttemptOutcome(cause, RetryCharge.None, "because"),
        new AttemptUsage
        {
            Started = Start,
            Ended = Start.AddSeconds(seconds),
            CpuSeconds = seconds / 2,
            PeakMemoryBytes = peak,
            OutputBytes = outputBytes,
        })
    {
        Resources = Requested,
    };
}
