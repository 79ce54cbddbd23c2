using System.Text.Json.Nodes;
using Executor.TestKit.Charts;

namespace Charts.Tests;

/// <summary>One run as a Job of the chart.</summary>
public sealed class RunTests
{
    private const string Name = "executor-run-nightly-1";

    [Fact]
    public async Task By_default_nothing_is_run()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest());
        Assert.DoesNotContain(chart.Objects, item => item["kind"]!.GetValue<string>() is "Job" or "ConfigMap" or "PodMonitor");
    }

    [Fact]
    public async Task The_job_runs_the_workflow_as_it_was_written()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = ValueSets.Everything });
        Assert.Equal(ValueSets.Workflow, chart.Get("ConfigMap", Name)["data"]!["workflow.yaml"]!.GetValue<string>().TrimEnd('\n'));

        var pod = chart.Get("Job", Name)["spec"]!["template"]!["spec"]!;
        var container = pod["containers"]!.AsArray().Single()!;
        Assert.Equal(
            [
                "run", "/workflow/workflow.yaml", "--backend=kubernetes", "--run-id=nightly-1", "--metrics-listen=[::]:8816", "--metrics-linger=90",
                "--parameter=day=2026-01-01", "--parameter=text=a \"quoted\" text", "--output", "json",
            ],
            RenderedChart.TextsOf(container["args"]));
        var volume = pod["volumes"]!.AsArray().Single(item => item!["configMap"]?["name"]?.GetValue<string>() == Name)!;
        Assert.Contains(
            container["volumeMounts"]!.AsArray(),
            mount => JsonNode.DeepEquals(mount!["name"], volume["name"]) && mount["mountPath"]!.GetValue<string>() == "/workflow");
        Assert.Equal("Never", pod["restartPolicy"]!.GetValue<string>());
        Assert.Equal("executor-driver", pod["serviceAccountName"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_driver_is_told_where_everything_is()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = ValueSets.Everything });
        var environment = EnvironmentOf(chart);
        Assert.Equal("kubernetes", environment["EXECUTOR_BACKEND"]);

        // It finds the namespace's own store by its Service, as every client does.
        Assert.False(environment.ContainsKey("EXECUTOR_STORE"));
        Assert.Equal("/etc/executor/store/master.key", environment["EXECUTOR_STORE_KEY_FILE"]);
        Assert.Equal("registry.example/batch/executor/task-runner:7", environment["EXECUTOR_RUNNER_IMAGE"]);
        Assert.Equal("registry.example/batch/executor/dotnet-task:7", environment["EXECUTOR_DOTNET_IMAGE"]);
        Assert.Equal("IfNotPresent", environment["EXECUTOR_IMAGE_PULL_POLICY"]);
        Assert.Equal("first,second", environment["EXECUTOR_IMAGE_PULL_SECRETS"]);
        Assert.Equal("registry.example/python-task:1", environment["EXECUTOR_IMAGE"]);
        Assert.Equal("metadata.namespace", environment["EXECUTOR_NAMESPACE"]);
        Assert.Equal("metadata.name", environment["EXECUTOR_POD_NAME"]);
    }

    [Fact]
    public async Task A_store_elsewhere_is_used_where_it_is_named()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = ValueSets.Everything, Set = ["run.store=https://store.example:443"] });
        Assert.Equal("https://store.example:443", EnvironmentOf(chart)["EXECUTOR_STORE"]);
    }

    [Theory]
    [InlineData("1.25.16", false)]
    [InlineData("1.26.0", true)]
    [InlineData("1.34.0", true)]
    public async Task Evictions_do_not_count_and_failed_runs_are_not_tried_again_where_the_server_can_tell(string server, bool canTell)
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { KubeVersion = server, Values = ValueSets.Everything });
        var job = chart.Get("Job", Name)["spec"]!;
        Assert.Equal(10, job["backoffLimit"]!.GetValue<long>());
        if (!canTell)
        {
            Assert.Null(job["podFailurePolicy"]);
            return;
        }

        var rules = job["podFailurePolicy"]!["rules"]!.AsArray();
        Assert.Equal("Ignore", rules[0]!["action"]!.GetValue<string>());
        Assert.Equal("DisruptionTarget", rules[0]!["onPodConditions"]![0]!["type"]!.GetValue<string>());
        Assert.Equal("FailJob", rules[1]!["action"]!.GetValue<string>());
        Assert.Equal([1L, 2L], rules[1]!["onExitCodes"]!["values"]!.AsArray().Select(code => code!.GetValue<long>()));
        Assert.Equal(
            job["template"]!["spec"]!["containers"]![0]!["name"]!.GetValue<string>(),
            rules[1]!["onExitCodes"]!["containerName"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData("0", 0L)]
    [InlineData("3600", 3600L)]
    public async Task An_ended_job_stays_or_goes_after_the_time_given(string given, long? expected)
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = ValueSets.Everything, Set = [$"run.ttlSecondsAfterFinished={given}"] });
        Assert.Equal(expected, chart.Get("Job", Name)["spec"]!["ttlSecondsAfterFinished"]?.GetValue<long>());
    }

    [Theory]
    [InlineData("run.id", "run.workflow=x")]
    [InlineData("run.workflow", "run.id=x")]
    public async Task A_run_needs_an_id_and_a_workflow(string missing, string given)
    {
        var error = await RenderedChart.ErrorOfAsync(new ChartRequest { Set = ["run.enabled=true", given] });
        Assert.Contains(missing, error, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> EnvironmentOf(RenderedChart chart) =>
        chart.Get("Job", Name)["spec"]!["template"]!["spec"]!["containers"]![0]!["env"]!.AsArray().ToDictionary(
            variable => variable!["name"]!.GetValue<string>(),
            variable => (variable!["value"] ?? variable["valueFrom"]!["fieldRef"]!["fieldPath"])!.GetValue<string>());
}
