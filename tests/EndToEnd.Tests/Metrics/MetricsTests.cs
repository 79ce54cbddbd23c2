using System.Text.Json;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Harness;
using Executor.TestKit;
using Xunit;

namespace EndToEnd.Tests.Metrics;

/// <summary>What Prometheus sees of a run on one machine.</summary>
public sealed partial class MetricsTests : IAsyncDisposable
{
    private readonly Workspace _workspace = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();

    [Fact]
    public async Task A_scrape_after_the_last_attempt_shows_what_the_accounts_of_the_run_say()
    {
        var workflow = _workspace.WriteWorkflow(
            """
            tasks:
              - name: fetch
                class: light
                fanOut: {count: 3}
                script: seq 1000
                stdout: numbers
                outputs: [{name: numbers, format: lines}]
              - name: flaky
                inputs: [{from: fetch.numbers}]
                stdin: fetch.numbers
                retries: {task: 1}
                script: "cat > /dev/null; [ $EXECUTOR_ATTEMPT = 2 ] || exit 7"
            """,
            "measured");

        // The driver stays until the one scrape that is certain to see everything.
        await using var program = _workspace.Start(
            "run", workflow, "--run-id", "measured-1", "--metrics-listen", "127.0.0.1:0", "--metrics-linger", "300");
        var address = "";
        await Poll.UntilAsync(
            () => (address = Address().Match(program.Error).Groups["uri"].Value).Length > 0 && program.Error.Contains("succeeded", StringComparison.Ordinal),
            TimeSpan.FromSeconds(120), () => program.Error, Token);
        using var client = new HttpClient();
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, (await client.GetAsync(new Uri(new Uri(address), "/readyz"), Token)).StatusCode);
        var metrics = ExpositionFormat.Parse(await client.GetStringAsync(new Uri(address), Token));
        (await program.WaitAsync(Token)).Expect(0);

        const string Light = "workflow=\"measured\",run=\"measured-1\",class=\"light\"";
        const string Flaky = "workflow=\"measured\",run=\"measured-1\",class=\"flaky\"";
        Assert.Equal(3, metrics[$"executor_task_attempts_total{{{Light},outcome=\"succeeded\"}}"]);
        Assert.Equal(1, metrics[$"executor_task_attempts_total{{{Flaky},outcome=\"failed\"}}"]);
        Assert.Equal(1, metrics[$"executor_task_attempts_total{{{Flaky},outcome=\"succeeded\"}}"]);
        Assert.Equal(1, metrics[$"executor_task_retries_total{{{Flaky}}}"]);
        Assert.Equal(0, metrics.Sum("executor_task_oom_kills_total"));
        Assert.Equal(3, metrics[$"executor_task_instances{{{Light},state=\"done\"}}"]);
        Assert.Equal(0, metrics.Sum("executor_task_instances", "state=\"running\""));
        Assert.Equal(3, metrics[$"executor_task_phase_duration_seconds_count{{{Light},phase=\"run\"}}"]);
        Assert.Equal(2, metrics[$"executor_task_memory_peak_bytes_count{{{Flaky}}}"]);
        Assert.True(metrics.Sum("executor_launch_latency_seconds_count") >= 1);

        var lines = (await _workspace.ExecutorAsync("report", "measured-1", "--output", "json", "--rows")).Expect(0).OutputLines;
        var rows = lines.SkipLast(1).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(5, rows.Count);
        Assert.Equal(Total("cpu_used_s"), metrics.Sum("executor_task_cpu_seconds_total"), 3);
        Assert.Equal(Total("output_bytes"), metrics.Sum("executor_task_shuffle_written_bytes_total"));
        Assert.Equal(Total("input_bytes"), metrics.Sum("executor_task_shuffle_read_bytes_total"));
        Assert.True(metrics.Sum("executor_task_shuffle_read_bytes_total") > 0);

        double Total(string column) => rows.Sum(row => row.GetProperty(column).GetDouble());
    }

    [Fact]
    public async Task A_port_that_cannot_be_used_ends_the_command_before_anything_runs()
    {
        var workflow = _workspace.WriteWorkflow("tasks: [{name: one, script: 'true'}]");
        var result = (await _workspace.ExecutorAsync("run", workflow, "--metrics-listen", "192.0.2.1:8816")).Expect(3);
        Assert.Contains("192.0.2.1:8816", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("one", result.Output, StringComparison.Ordinal);

        var misspelt = (await _workspace.ExecutorAsync("run", workflow, "--metrics-listen", "8816")).Expect(2);
        Assert.Contains("--metrics-listen: found '8816', expected an address and a port", misspelt.Error, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"metrics at (?<uri>http://\S+)")]
    private static partial Regex Address();
}
