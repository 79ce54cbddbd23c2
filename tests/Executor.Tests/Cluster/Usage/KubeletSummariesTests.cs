using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Executor.Cluster.Usage;
using Executor.Running;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;
using Executor.Tests.Launching.Kubernetes;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Executor.Tests.Cluster.Usage;

public sealed class KubeletSummariesTests : ClusterFixture
{
    private const string MetricsPath = "/apis/metrics.k8s.io/v1beta1/namespaces/batch/pods";
    private readonly ManualTime _time = new();
    private readonly ConcurrentDictionary<string, JsonArray> _measured = new();
    private LiveUsageReader? _reader;

    private LiveUsageReader Reader => _reader ??= new(Client, Space, _time);

    [Fact]
    public async Task Without_a_metrics_server_usage_comes_from_the_kubelets_of_the_runs_nodes_alone()
    {
        AddNoMetrics(404);
        Serve("n1");
        Serve("n2");
        Serve("n3");
        Add("nightly", "map", "map-0", "n1", 250_000_000, 100 << 20, second: 5);
        Add("nightly", "map", "map-1", "n2", 1_500_000_000, 300 << 20, second: 7);
        Add("weekly", "map", "other", "n3", 3_000_000_000, 900 << 20, second: 9);
        Add("nightly", "map", "young", "n1", null, 900 << 20, second: 9);
        Add("nightly", "map", "waiting", "n1", 3_000_000_000, 900 << 20, second: 9, phase: "Pending");
        _measured["n1"].Add(null);
        _measured["n1"].Add((JsonNode)Stats("of another namespace", 3_000_000_000, 900 << 20, 9));

        for (var i = 0; i < 2; i++)
        {
            var usage = await ReadAsync();
            Assert.Equal((UsageSource.Kubelets, new DateTimeOffset(2026, 1, 1, 0, 0, 7, TimeSpan.Zero)), (usage.Source, usage.At));
            Assert.Equal(new TaskUsage("map", 2, 1.75, 4, 400L << 20, 1L << 30), Assert.Single(usage.Tasks));
            Assert.Equal("in use (by the kubelets' summaries)", UsageText.Heading(usage));
        }

        // A refusal is not asked for again, nor the right.
        Assert.Single(Requests("GET", MetricsPath));
        Assert.Single(Server.Requests, request => request.Path.EndsWith("/selfsubjectaccessreviews", StringComparison.Ordinal));
        Assert.Equal([2, 2, 0], new[] { "n1", "n2", "n3" }.Select(Asked));
        Assert.All(Server.Requests.Where(request => request.Path.EndsWith("/summary", StringComparison.Ordinal)), request => Assert.Equal("true", request.Query["only_cpu_and_memory"]));
    }

    [Fact]
    public async Task A_metrics_server_that_has_nothing_of_the_run_is_asked_again_each_time_and_kubelets_fill_in()
    {
        Serve("n1");
        Add("nightly", "map", "map-0", "n1", 250_000_000, 100 << 20, second: 5);
        Assert.Equal(UsageSource.Kubelets, (await ReadAsync()).Source);
        Server.Create(MetricsPath, JsonNode.Parse("""
            {"apiVersion": "metrics.k8s.io/v1beta1", "kind": "PodMetrics", "timestamp": "2026-01-01T00:00:20Z",
             "metadata": {"name": "map-0", "labels": {"executor.dev/run": "nightly", "app.kubernetes.io/component": "task"} },
             "containers": [{"name": "task", "usage": {"cpu": "1", "memory": "1Mi"} }]}
            """)!.AsObject());
        var usage = await ReadAsync();
        Assert.Equal((UsageSource.MetricsServer, 1.0), (usage.Source, Assert.Single(usage.Tasks).Cores));
        Assert.Equal(1, Asked("n1"));
    }

    [Fact]
    public async Task A_node_that_refuses_is_not_asked_again_and_one_that_fails_is_and_the_others_are_told_of()
    {
        AddNoMetrics(403);
        Serve("n1");
        Add("nightly", "map", "map-0", "n1", 250_000_000, 100 << 20, second: 5);
        _measured["endless"] = [];
        foreach (var node in (string[])["refusing", "gone", "failing", "broken", "garbled", "endless"])
        {
            Add("nightly", "map", node, node, 250_000_000, 100 << 20, second: 5);
        }

        Server.Add(ApiFault.Refuse(request => IsOf(request, "refusing"), new ApiErrorException(403, "Forbidden", "nodes \"refusing\" is forbidden"), times: 9));
        Server.Add(ApiFault.Refuse(request => IsOf(request, "gone"), new ApiErrorException(404, "NotFound", "nodes \"gone\" not found"), times: 9));
        Server.Add(ApiFault.Refuse(request => IsOf(request, "failing"), new ApiErrorException(503, "ServiceUnavailable", "error trying to reach service"), times: 9));
        Server.Add(ApiFault.Abort(request => IsOf(request, "broken"), times: 9));
        Server.Add(Answer("garbled", _ => """{"pods": 7}"""));
        Server.Add(Answer("endless", _ => new string(' ', KubeletSummaries.MaxSummaryBytes) + Summary("endless")));
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(1, Assert.Single((await ReadAsync()).Tasks).Attempts);
        }

        Assert.Equal((1, 2, 2, 2, 2), (Asked("refusing"), Asked("gone"), Asked("failing"), Asked("garbled"), Asked("endless")));
    }

    [Fact]
    public async Task A_kubelet_that_is_silent_is_given_up_and_left_alone_for_a_while()
    {
        AddNoMetrics(404);
        Server.Add(ApiFault.Hang(request => IsOf(request, "silent")));
        Serve("silent");
        Add("nightly", "map", "map-0", "silent", 250_000_000, 100 << 20, second: 5);
        var reading = ReadAsync();
        await EventuallyAsync(() => Asked("silent") == 1, "the request");
        Assert.False(reading.IsCompleted);
        _time.Advance(KubeletSummaries.Patience);
        Assert.Empty((await reading).Tasks);

        Serve("n1");
        Add("nightly", "map", "map-1", "n1", 250_000_000, 100 << 20, second: 5);
        Assert.Equal(1, Assert.Single((await ReadAsync()).Tasks).Attempts);
        Assert.Equal((1, 1), (Asked("silent"), Asked("n1")));
        _time.Advance(KubeletSummaries.Rest);
        Assert.Equal(2, Assert.Single((await ReadAsync()).Tasks).Attempts);
    }

    private async Task<LiveUsage> ReadAsync() => await Reader.ReadAsync("nightly", Cancellation).WaitAsync(Limit, Cancellation);

    private static string PathOf(string node) => $"/api/v1/nodes/{node}/proxy/stats/summary";

    private static bool IsOf(FakeRequest request, string node) => request.Path == PathOf(node);

    private int Asked(string node) => Requests("GET", PathOf(node)).Count;

    private void AddNoMetrics(int status) =>
        Server.Add(ApiFault.Refuse(request => request.Path == MetricsPath, new ApiErrorException(status, "Refused", "no metrics"), times: 9));

    private void Serve(string node)
    {
        _measured[node] = [];
        Server.Add(Answer(node, Summary));
    }

    private static ApiFault Answer(string node, Func<string, string> body) => new(
        request => IsOf(request, node), context => context.Response.WriteAsync(body(node), context.RequestAborted), Times: 99);

    private string Summary(string node) =>
        new JsonObject { ["node"] = new JsonObject { ["nodeName"] = node }, ["pods"] = _measured.TryGetValue(node, out var pods) ? pods.DeepClone() : null }.ToJsonString();

    private void Add(string run, string task, string name, string node, long? nanoCores, long memory, int second, string phase = "Running")
    {
        var pod = Server.Create(PodsPath, new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = new JsonObject { ["executor.dev/run"] = run, ["executor.dev/task"] = task, ["app.kubernetes.io/component"] = "task" },
            },
            ["spec"] = JsonNode.Parse($$"""
                {"nodeName": "{{node}}", "containers": [{"name": "task", "image": "x", "resources": {"requests": {"cpu": "2", "memory": "512Mi"}, "limits": {"cpu": "2", "memory": "512Mi"} } }]}
                """),
        });
        Server.Mutate($"{PodsPath}/{name}", created => created["status"] = new JsonObject { ["phase"] = phase });
        if (_measured.TryGetValue(node, out var pods))
        {
            pods.Add((JsonNode)Stats((string)pod["metadata"]!["uid"]!, nanoCores, memory, second));
        }
    }

    private static JsonObject Stats(string uid, long? nanoCores, long memory, int second) => new()
    {
        ["podRef"] = new JsonObject { ["name"] = "any", ["namespace"] = Space, ["uid"] = uid },
        ["containers"] = new JsonArray(new JsonObject
        {
            ["name"] = "task",
            ["cpu"] = new JsonObject { ["time"] = string.Create(CultureInfo.InvariantCulture, $"2026-01-01T00:00:{second:00}Z"), ["usageNanoCores"] = nanoCores },
            ["memory"] = new JsonObject { ["workingSetBytes"] = memory, ["usageBytes"] = memory * 2 },
        }),
    };
}
