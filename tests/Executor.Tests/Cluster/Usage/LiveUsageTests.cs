using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Executor.Cluster.Usage;
using Executor.Running;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;
using Executor.Tests.Launching.Kubernetes;
using Xunit;

namespace Executor.Tests.Cluster.Usage;

public sealed class LiveUsageTests : ClusterFixture
{
    private const string MetricsPath = "/apis/metrics.k8s.io/v1beta1/namespaces/batch/pods";

    private LiveUsageReader Reader => new(Client, Space, TimeProvider.System);

    [Fact]
    public async Task What_the_attempts_of_a_run_use_is_added_up_by_task_beside_what_they_were_given()
    {
        Add("nightly", "map", "map-0", "250m", "100Mi", second: 5);
        Add("nightly", "map", "map-1", "1500m", "300Mi", second: 7);
        Add("nightly", "reduce", "reduce-0", "123456789n", "1Gi", second: 6);
        Add("weekly", "map", "other", "3", "3Gi", second: 9);
        Measure("nightly", "map", "gone", "1", "1Gi", second: 8);

        var usage = await Reader.ReadAsync("nightly", Cancellation);

        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 7, TimeSpan.Zero), usage.At);
        Assert.Equal(UsageSource.MetricsServer, usage.Source);
        Assert.Equal(["map", "reduce"], usage.Tasks.Select(task => task.Task));
        var map = usage.Tasks[0];
        Assert.Equal((2, 1.75, 4.0, 400L << 20, 1L << 30), (map.Attempts, map.Cores, map.CoresRequested, map.MemoryBytes, map.MemoryRequestedBytes));
        Assert.Equal(0.123456789, usage.Tasks[1].Cores, 12);
        Assert.Equal("1.87 of 6.00 CPU, 1.39 GiB of 1.50 GiB (map 1.75 of 4.00 CPU, 400 MiB of 1.00 GiB; reduce 0.12 of 2.00 CPU, 1.00 GiB of 512 MiB)", UsageText.Line(usage));
        var table = new StringWriter();
        UsageText.WriteTable(usage, table);
        Assert.Contains("1.75 of 4.00", table.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_measured_and_no_right_to_ask_kubelets_asks_for_no_pods()
    {
        Server.Options.Allows = _ => false;
        var usage = await Reader.ReadAsync("nightly", Cancellation);
        Assert.Equal((null, 0), (usage.At, usage.Tasks.Count));
        Assert.Contains(Server.Requests, request => request.Path == MetricsPath);
        Assert.DoesNotContain(Server.Requests, request => request.Path == PodsPath);
        var text = new StringWriter();
        UsageText.WriteTable(usage, text);
        UsageText.WriteTable(null, text);
        Assert.Empty(text.ToString());
    }

    [Fact]
    public async Task It_is_told_every_15_seconds_and_a_server_that_does_not_answer_is_asked_again()
    {
        var time = new ManualTime();
        var told = new ConcurrentQueue<LiveUsage>();
        Add("nightly", "map", "map-0", "250m", "100Mi", second: 5);
        await using var watch = LiveUsageWatch.Start(Reader, "nightly", told.Enqueue, time);
        await AdvanceAsync(time);
        await EventuallyAsync(() => told.Count == 1, "the first reading");

        Server.Add(Refusal(503));
        await AdvanceAsync(time);
        await EventuallyAsync(() => Requests("GET", MetricsPath).Count == 2, "the refused reading");
        await AdvanceAsync(time);
        await EventuallyAsync(() => told.Count == 2, "the reading after it");
    }

    [Theory]
    [InlineData(404)]
    [InlineData(403)]
    public async Task A_cluster_without_a_metrics_server_or_the_right_is_asked_once(int status)
    {
        Server.Options.Allows = _ => false;
        var time = new ManualTime();
        var told = new ConcurrentQueue<LiveUsage>();
        Add("nightly", "map", "map-0", "250m", "100Mi", second: 5);
        Server.Add(Refusal(status));
        await using var watch = LiveUsageWatch.Start(Reader, "nightly", told.Enqueue, time);
        await AdvanceAsync(time);
        await watch.Watching.WaitAsync(Limit, Cancellation);
        Assert.Single(Requests("GET", MetricsPath));
        Assert.Empty(told);
    }

    private static ApiFault Refusal(int status) => ApiFault.Refuse(
        request => request.Path == MetricsPath, new ApiErrorException(status, "Refused", "no metrics"), times: 1);

    private static async Task AdvanceAsync(ManualTime time)
    {
        await time.WhenTimerRunsAsync(due => due == LiveUsageWatch.Interval, Cancellation);
        time.Advance(LiveUsageWatch.Interval);
    }

    private static JsonObject Labels(string run, string task) => new()
    {
        ["executor.dev/run"] = run,
        ["executor.dev/task"] = task,
        ["app.kubernetes.io/component"] = "task",
    };

    private void Add(string run, string task, string name, string cpu, string memory, int second)
    {
        Server.Create(PodsPath, new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = Labels(run, task) },
            ["spec"] = JsonNode.Parse("""
                {"containers": [{"name": "task", "image": "x", "resources": {"requests": {"cpu": "2", "memory": "512Mi"}, "limits": {"cpu": "2", "memory": "512Mi"}}}]}
                """),
        });
        Measure(run, task, name, cpu, memory, second);
    }

    private void Measure(string run, string task, string name, string cpu, string memory, int second) => Server.Create(MetricsPath, new JsonObject
    {
        ["apiVersion"] = "metrics.k8s.io/v1beta1",
        ["kind"] = "PodMetrics",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = Labels(run, task) },
        ["timestamp"] = string.Create(CultureInfo.InvariantCulture, $"2026-01-01T00:00:{second:00}Z"),
        ["window"] = "15s",
        ["containers"] = new JsonArray(new JsonObject { ["name"] = "task", ["usage"] = new JsonObject { ["cpu"] = cpu, ["memory"] = memory } }),
    });
}
