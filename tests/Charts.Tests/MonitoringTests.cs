using System.Text.Json.Nodes;
using Executor.TestKit.Charts;

namespace Charts.Tests;

/// <summary>What lets people look at runs: the port of drivers, their monitor, the dashboard.</summary>
public sealed class MonitoringTests
{
    private const string Driver = "executor-run-nightly-1";

    [Fact]
    public async Task A_pod_monitor_selects_drivers_of_the_chart_and_of_the_command_by_a_port_that_they_have()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = ValueSets.Everything });
        var monitor = chart.Get("PodMonitor", "executor-drivers");
        Assert.Equal("prometheus", monitor["metadata"]!["labels"]!["release"]!.GetValue<string>());
        var endpoint = monitor["spec"]!["podMetricsEndpoints"]!.AsArray().Single()!;
        Assert.Equal("30s", endpoint["interval"]!.GetValue<string>());
        var selector = monitor["spec"]!["selector"]!["matchLabels"];
        var template = chart.Get("Job", Driver)["spec"]!["template"]!;
        Assert.True(RenderedChart.Selects(selector, template["metadata"]!["labels"]));
        Assert.True(RenderedChart.Selects(selector, JsonNode.Parse(
            """{"app.kubernetes.io/managed-by": "executor", "app.kubernetes.io/component": "driver", "executor.dev/run": "nightly"}""")));
        Assert.False(RenderedChart.Selects(selector, chart.Get("Deployment", "executor-store")["spec"]!["template"]!["metadata"]!["labels"]));
        var port = template["spec"]!["containers"]![0]!["ports"]!.AsArray().Single()!;
        Assert.Equal(("metrics", 8816L), (port["name"]!.GetValue<string>(), port["containerPort"]!.GetValue<long>()));
        Assert.Equal("metrics", endpoint["port"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_run_without_metrics_has_no_port()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = ValueSets.Everything, Set = ["run.metrics.enabled=false"] });
        var container = chart.Get("Job", Driver)["spec"]!["template"]!["spec"]!["containers"]![0]!;
        Assert.Null(container["ports"]);
        Assert.DoesNotContain(RenderedChart.TextsOf(container["args"]), argument => argument.StartsWith("--metrics", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_dashboard_is_found_by_grafanas_sidecar_and_is_the_file_of_the_chart()
    {
        Assert.Null((await RenderedChart.OfAsync(new ChartRequest())).Find("ConfigMap", "executor-dashboard"));

        var map = (await RenderedChart.OfAsync(new ChartRequest { Values = ValueSets.Everything })).Get("ConfigMap", "executor-dashboard");
        Assert.Equal("1", map["metadata"]!["labels"]!["grafana_dashboard"]!.GetValue<string>());
        Assert.Equal("Batch", map["metadata"]!["annotations"]!["grafana_folder"]!.GetValue<string>());
        var file = await File.ReadAllTextAsync(Path.Combine(Chart.Folder, "dashboards", "executor.json"), TestContext.Current.CancellationToken);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(file), JsonNode.Parse(map["data"]!["executor.json"]!.GetValue<string>())));
    }
}
