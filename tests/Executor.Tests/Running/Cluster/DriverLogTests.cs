using Executor.Cluster.Usage;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Outcomes;
using Executor.Running;
using Executor.Running.Cluster;
using Xunit;

namespace Executor.Tests.Running.Cluster;

public sealed class DriverLogTests
{
    private static readonly AttemptId Attempt = new("nightly", "work", 3, 1, 2);

    private readonly RecordingRunOutput _output = new();
    private readonly DriverLog _log;

    public DriverLogTests() => _log = new DriverLog("nightly", _output);

    [Fact]
    public void What_a_driver_writes_is_shown_as_if_the_run_were_driven_here()
    {
        var writer = new StringWriter();
        var driver = new JsonRunOutput(writer);
        var progress = new RunProgress(DateTimeOffset.UnixEpoch, [new TaskProgress("work", 9, 1, 5, 1, 2) { Pending = 2 }]);
        driver.Progress(progress);
        driver.Notice("something");
        driver.AttemptEnded(Row() with { Usage = new AttemptUsage { Started = DateTimeOffset.UnixEpoch, Ended = DateTimeOffset.UnixEpoch, PeakMemoryBytes = 77 } });
        Array.ForEach(writer.ToString().Split('\n'), line => Assert.False(_log.Show(line)));

        Assert.Equal(progress.Tasks, _output.Progresses.Single().Tasks);
        Assert.Equal(["something"], _output.Notices);
        var row = _output.Attempts.Single();
        Assert.Equal((Attempt, AttemptCause.Failed, "exit code 3"), (row.Attempt, row.Outcome.Cause, row.Outcome.Reason));
        Assert.Equal((77L, 1024L), (row.Usage!.PeakMemoryBytes, row.Resources.MemoryBytes));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_driver_has_read_of_live_usage_is_shown_as_if_it_were_read_here(bool isByKubelets)
    {
        var source = isByKubelets ? UsageSource.Kubelets : UsageSource.MetricsServer;
        var writer = new StringWriter();
        var usage = new LiveUsage(DateTimeOffset.UnixEpoch, [new TaskUsage("a", 2, 0.5, 2, 100, 400), new TaskUsage("b", 1, 0, 1, 7, 8)], source);
        new JsonRunOutput(writer).Usage(usage);
        Assert.False(_log.Show(writer.ToString().TrimEnd()));
        var shown = _output.Usages.Single();
        Assert.Equal((usage.At, usage.Source, usage.Tasks.Count), (shown.At, shown.Source, shown.Tasks.Count));
        Assert.Equal(usage.Tasks, shown.Tasks);
    }

    [Theory]
    [InlineData("Unhandled exception. System.OutOfMemoryException")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("{\"event\": \"attempt\"}")]
    [InlineData("{\"event\": 5}")]
    [InlineData("{\"event\": \"usage\"}")]
    [InlineData("{\"event\": \"usage\", \"usage\": [{\"task\": \"a\", \"attempts\": \"two\"}]}")]
    [InlineData("{\"event\": \"attempt\", \"task\": \"a\", \"index\": 0, \"generation\": 0, \"attempt\": 1, \"cause\": \"OfTheFuture\", \"reason\": \"r\"}")]
    [InlineData("{\"event\": \"progress\", \"at\": \"then\", \"tasks\": []}")]
    [InlineData("{\"event\": \"progress\", \"at\": \"2026-01-01T00:00:00Z\", \"tasks\": [{\"task\": \"a\", \"instances\": 1e30}]}")]
    public void A_line_that_is_no_event_is_shown_as_it_is(string line)
    {
        Assert.False(_log.Show(line));
        Assert.Equal([$"driver: {line}"], _output.Notices);
    }

    [Fact]
    public void The_last_word_is_known_and_events_of_later_versions_are_passed_over()
    {
        Assert.False(_log.Show("{\"event\": \"ofTheFuture\"}"));
        Assert.False(_log.Show(""));
        Array.ForEach(["left", "storeUnavailable", "fenced"], end => Assert.False(_log.Show($"{{\"event\": \"finished\", \"outcome\": \"{end}\"}}")));
        Array.ForEach(["succeeded", "failed", "cancelled"], end => Assert.True(_log.Show($"{{\"event\": \"finished\", \"outcome\": \"{end}\"}}")));
        Assert.Empty(_output.Notices);
    }

    [Fact]
    public void A_result_from_the_records_gets_what_the_driver_alone_has_seen()
    {
        var writer = new StringWriter();
        new JsonRunOutput(writer).AttemptEnded(Row() with { Final = true, LogTail = "the last line", Advice = "kubectl logs x" });
        _log.Show(writer.ToString().TrimEnd());
        RunFailure[] failures =
        [
            new(Attempt, AttemptCause.Failed, "exit code 3", 3, null, null),
            new(Attempt with { Index = 4 }, AttemptCause.Failed, "exit code 3", 3, null, "its own"),
            new(null, null, "no attempt's", null, null, null),
        ];
        var completed = _log.Complete(new RunResult(RunEnd.Failed, null, failures, 3, new RunProgress(default, []), []));
        Assert.Equal(["the last line", "its own", null], completed.Failures.Select(failure => failure.LogTail));
        Assert.Equal(["kubectl logs x", null, null], completed.Failures.Select(failure => failure.Advice));
    }

    private static AttemptRow Row() => new(Attempt, new AttemptOutcome(AttemptCause.Failed, RetryCharge.Task, "exit code 3", 3), null)
    {
        Resources = new ResourceLimits(100, 1024),
    };
}
