using System.Net;
using Executor.Driving;
using Executor.Metrics;
using Executor.Outcomes;
using Executor.Planning;
using Executor.TestKit;
using Executor.Tests.Accounting;
using Executor.Tests.Scheduling;
using Xunit;

namespace Executor.Tests.Metrics;

public sealed class RunMetricsTests : IDisposable
{
    private const string Heavy = "workflow=\"test\",run=\"r\",class=\"heavy\"";
    private readonly HttpClient _client = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static RunPlan Plan => Plans.Of(
        Plans.Task("t0", 3) with { Class = "heavy" }, Plans.Task("t1", 2, 0) with { Class = "heavy" }, Plans.Task("t2", 1, 1));

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Every_sum_of_a_class_is_there_before_its_first_attempt_has_ended()
    {
        await using var metrics = await StartAsync(Plan);
        var scraped = await ScrapeAsync(metrics);
        Assert.Equal(0, scraped[$"executor_task_attempts_total{{{Heavy},outcome=\"succeeded\"}}"]);
        Assert.Equal(0, scraped[$"executor_task_oom_kills_total{{{Heavy}}}"]);
        Assert.Equal(0, scraped["executor_task_cpu_seconds_total{workflow=\"test\",run=\"r\",class=\"t2\"}"]);
        Assert.DoesNotContain(scraped.Samples, sample => sample.Contains("executor_task_instances", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Final_reports_are_added_up_by_class()
    {
        await using var metrics = await StartAsync(Plan);
        var usage = SampleRows.Usage with { ThrottledSeconds = 2, InputBytes = 1000, OutputBytes = 300 };
        metrics.Instruments.AttemptEnded(SampleRows.Attempt(usage: usage, task: "t0") with { Placement = SampleRows.Placement });
        metrics.Instruments.AttemptEnded(SampleRows.Attempt(AttemptCause.OutOfMemory, SampleRows.Usage, task: "t1"));
        metrics.Instruments.AttemptEnded(SampleRows.Attempt(usage: usage, task: "t1", attempt: 2));
        metrics.Instruments.AttemptEnded(SampleRows.Attempt(AttemptCause.NodeLost, task: "t2"));
        var scraped = await ScrapeAsync(metrics);

        Assert.Equal(2, scraped[$"executor_task_attempts_total{{{Heavy},outcome=\"succeeded\"}}"]);
        Assert.Equal(1, scraped[$"executor_task_attempts_total{{{Heavy},outcome=\"out_of_memory\"}}"]);
        Assert.Equal(1, scraped.Sum("executor_task_attempts_total", "class=\"t2\",outcome=\"node_lost\""));
        Assert.Equal(1, scraped[$"executor_task_retries_total{{{Heavy}}}"]);
        Assert.Equal(1, scraped[$"executor_task_oom_kills_total{{{Heavy}}}"]);
        Assert.Equal(0, scraped.Sum("executor_task_oom_kills_total", "class=\"t2\""));

        // 2 + 3 + 4 + 5 + 1 s before the runner where there is a pod; all of 15 s are its start where there is none.
        Assert.Equal(2, scraped[$"executor_task_phase_duration_seconds_sum{{{Heavy},phase=\"queue\"}}"]);
        Assert.Equal(3, scraped[$"executor_task_phase_duration_seconds_sum{{{Heavy},phase=\"schedule\"}}"]);
        Assert.Equal(4, scraped[$"executor_task_phase_duration_seconds_sum{{{Heavy},phase=\"init\"}}"]);
        Assert.Equal(5, scraped[$"executor_task_phase_duration_seconds_sum{{{Heavy},phase=\"pull\"}}"]);
        Assert.Equal(31, scraped[$"executor_task_phase_duration_seconds_sum{{{Heavy},phase=\"start\"}}"]);
        Assert.Equal(1, scraped[$"executor_task_phase_duration_seconds_count{{{Heavy},phase=\"pull\"}}"]);
        Assert.Equal(3, scraped[$"executor_task_phase_duration_seconds_count{{{Heavy},phase=\"run\"}}"]);
        Assert.Equal((3, 24, 1.5), (
            scraped[$"executor_task_phase_duration_seconds_sum{{{Heavy},phase=\"fetch\"}}"],
            scraped[$"executor_task_phase_duration_seconds_sum{{{Heavy},phase=\"run\"}}"],
            scraped[$"executor_task_phase_duration_seconds_sum{{{Heavy},phase=\"write\"}}"]));
        Assert.Equal((3, 30), (scraped[$"executor_task_duration_seconds_count{{{Heavy}}}"], scraped[$"executor_task_duration_seconds_sum{{{Heavy}}}"]));
        Assert.Equal(15, scraped[$"executor_task_cpu_seconds_total{{{Heavy}}}"]);
        Assert.Equal(60, scraped[$"executor_task_cpu_requested_seconds_total{{{Heavy}}}"]);
        Assert.Equal(4, scraped[$"executor_task_cpu_throttled_seconds_total{{{Heavy}}}"]);
        Assert.Equal(0, scraped[$"executor_task_memory_peak_bytes_bucket{{{Heavy},le=\"536870912\"}}"]);
        Assert.Equal(3, scraped[$"executor_task_memory_peak_bytes_bucket{{{Heavy},le=\"1073741824\"}}"]);
        Assert.Equal(120e9, scraped[$"executor_task_memory_requested_byte_seconds_total{{{Heavy}}}"], 1e-3);
        Assert.Equal(30e9, scraped[$"executor_task_memory_used_byte_seconds_total{{{Heavy}}}"], 1e-3);
        Assert.Equal(30e9 + 40e9 + 30e9, scraped[$"executor_task_memory_wasted_byte_seconds_total{{{Heavy}}}"], 1e-3);
        Assert.Equal(40e9, scraped[$"executor_task_memory_oom_lost_byte_seconds_total{{{Heavy}}}"], 1e-3);
        Assert.Equal(2000, scraped[$"executor_task_shuffle_read_bytes_total{{{Heavy}}}"]);
        Assert.Equal(600, scraped[$"executor_task_shuffle_written_bytes_total{{{Heavy}}}"]);
        Assert.True(scraped[$"executor_task_cost_dollars_total{{{Heavy}}}"] > 0);
        Assert.True(scraped["process_start_time_seconds"] > 1.6e9);
        Assert.DoesNotContain(scraped.Samples, sample => sample.Contains("node1", StringComparison.Ordinal) || sample.Contains("pod-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Instances_are_shown_by_where_they_stand_now()
    {
        await using var metrics = await StartAsync(Plan);
        metrics.Instruments.Progress(new RunProgress(SampleRows.Start,
        [
            new TaskProgress("t0", 3, 1, 1, 0, 0) { Pending = 1 },
            new TaskProgress("t1", 2, 0, 0, 1, 0) { Pending = 0 },
            new TaskProgress("t2", 1, 0, 0, 0, 0) { Pending = 0 },
        ]));
        var scraped = await ScrapeAsync(metrics);
        Assert.Equal([1, 1, 1, 1, 1], ((string[])["waiting", "pending", "running", "done", "failed"]).Select(state => scraped[$"executor_task_instances{{{Heavy},state=\"{state}\"}}"]));
        Assert.Equal(1, scraped.Sum("executor_task_instances", "class=\"t2\",state=\"waiting\""));

        metrics.Instruments.Progress(new RunProgress(SampleRows.Start, [new TaskProgress("t0", 3, 0, 3, 0, 0), new TaskProgress("t1", 2, 0, 2, 0, 0), new TaskProgress("t2", 1, 0, 1, 0, 0)]));
        Assert.Equal(6, (await ScrapeAsync(metrics)).Sum("executor_task_instances", "state=\"done\""));
    }

    [Fact]
    public async Task Launch_latencies_count_once_for_each_launch()
    {
        await using var metrics = await StartAsync(Plan);
        metrics.Instruments.Launched(3, TimeSpan.FromMilliseconds(20));
        metrics.Instruments.Launched(1, TimeSpan.FromSeconds(2));
        var scraped = await ScrapeAsync(metrics);
        Assert.Equal(0, scraped["executor_launch_latency_seconds_bucket{workflow=\"test\",run=\"r\",le=\"0.01\"}"]);
        Assert.Equal(3, scraped["executor_launch_latency_seconds_bucket{workflow=\"test\",run=\"r\",le=\"0.025\"}"]);
        Assert.Equal(4, scraped["executor_launch_latency_seconds_count{workflow=\"test\",run=\"r\"}"]);
    }

    [Fact]
    public async Task However_many_classes_a_workflow_has_the_number_of_series_is_bounded()
    {
        var plan = Plans.Of([.. Enumerable.Range(0, 300).Select(task => Plans.Task(Plans.NameOf(task), 1))]);
        await using var metrics = await StartAsync(plan);
        foreach (var task in plan.Tasks)
        {
            metrics.Instruments.AttemptEnded(SampleRows.Attempt(usage: SampleRows.Usage, task: task.Name));
        }

        var scraped = await ScrapeAsync(metrics);
        var attempts = scraped.Samples.Where(sample => sample.StartsWith("executor_task_attempts_total", StringComparison.Ordinal)).ToList();
        Assert.Equal(ClassLabels.MaxClasses + 1, attempts.Count);
        Assert.Equal(300 - ClassLabels.MaxClasses, scraped.Sum("executor_task_attempts_total", "class=\"_other\""));
    }

    [Fact]
    public async Task It_is_ready_while_the_run_is_driven_and_stays_for_one_more_scrape_at_most()
    {
        var time = new ManualTime();
        await using var metrics = await StartAsync(Plan);
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(new Uri(metrics.Address, "readyz"), Token)).StatusCode);
        await ScrapeAsync(metrics);

        metrics.End();
        var lingering = metrics.LingerAsync(TimeSpan.FromSeconds(30), time, Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _client.GetAsync(new Uri(metrics.Address, "readyz"), Token)).StatusCode);
        Assert.False(lingering.IsCompleted);
        await ScrapeAsync(metrics);
        await lingering;
    }

    [Fact]
    public async Task It_does_not_wait_for_a_second_scrape_when_one_came_while_the_end_was_told()
    {
        var time = new ManualTime();
        await using var metrics = await StartAsync(Plan);
        metrics.End();
        await ScrapeAsync(metrics);
        await metrics.LingerAsync(TimeSpan.FromSeconds(30), time, Token).WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task It_stays_no_longer_than_it_was_told_to_when_nobody_scrapes()
    {
        var time = new ManualTime();
        await using var metrics = await StartAsync(Plan);
        metrics.End();
        var unseen = metrics.LingerAsync(TimeSpan.FromSeconds(30), time, Token);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(unseen.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await unseen;
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using var first = await StartAsync(Plan);
        var failure = await Assert.ThrowsAsync<IOException>(
            () => RunMetrics.StartAsync(new IPEndPoint(IPAddress.Loopback, first.Address.Port), Plan, "other", Token));
        Assert.Contains($":{first.Address.Port}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_this_machine_does_not_have_is_named()
    {
        var failure = await Assert.ThrowsAsync<IOException>(() => RunMetrics.StartAsync(IPEndPoint.Parse("192.0.2.1:0"), Plan, "r", Token));
        Assert.Contains("192.0.2.1", failure.Message, StringComparison.Ordinal);
    }

    private static Task<RunMetrics> StartAsync(RunPlan plan) => RunMetrics.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), plan, "r", Token);

    private async Task<ExpositionFormat> ScrapeAsync(RunMetrics metrics) =>
        ExpositionFormat.Parse(await _client.GetStringAsync(new Uri(metrics.Address, "metrics"), Token));
}
