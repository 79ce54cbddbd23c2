using Cluster.Tests.Harness;
using Executor.TestKit;

namespace Cluster.Tests.Usage;

/// <summary>What Prometheus sees of a run that is driven in a pod.</summary>
public sealed class DriverMetricsTests(SharedInstallation shared)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_pod_of_a_driver_shows_where_its_run_stands_and_what_attempts_took()
    {
        var installation = await shared.GetAsync(Token);
        var workflow = installation.WriteWorkflow("scraped", """
            tasks:
              - {name: quick, class: light, fanOut: {count: 2}, script: seq 1000, stdout: numbers, outputs: [{name: numbers, format: lines}]}
              - name: slow
                inputs: [{from: quick.numbers}]
                stdin: quick.numbers
                script: "cat > /dev/null; sleep 1000"
            """);
        await using var program = installation.Start("run", workflow, "--run-id", "scraped");
        await installation.WhenRunningAsync("scraped", "slow");
        var driver = Assert.Single((await installation.KubectlAsync(
            ["get", "pods", "-l", "executor.dev/run=scraped,app.kubernetes.io/component=driver", "-o", "jsonpath={.items[*].metadata.name}"])).Expect(0).OutputLines);

        ExpositionFormat? metrics = null;
        await Poll.UntilAsync(
            async () =>
            {
                var path = $"/api/v1/namespaces/{installation.Namespace}/pods/{driver}:8816/proxy/metrics";
                metrics = ExpositionFormat.Parse((await installation.KubectlAsync(["get", "--raw", path])).Expect(0).Output);
                return metrics.Sum("executor_task_instances", "class=\"slow\",state=\"running\"") == 1;
            },
            TimeSpan.FromMinutes(1), () => $"the running instance in\n{string.Join('\n', metrics?.Samples ?? [])}", Token);
        const string Light = "workflow=\"scraped\",run=\"scraped\",class=\"light\"";
        Assert.Equal(2, metrics![$"executor_task_attempts_total{{{Light},outcome=\"succeeded\"}}"]);
        foreach (var phase in (string[])["queue", "schedule", "init", "pull", "start", "fetch", "run", "write"])
        {
            Assert.Equal(2, metrics[$"executor_task_phase_duration_seconds_count{{{Light},phase=\"{phase}\"}}"]);
        }

        Assert.True(metrics[$"executor_task_memory_peak_bytes_sum{{{Light}}}"] > 2 << 20);
        Assert.True(metrics["executor_launch_latency_seconds_count{workflow=\"scraped\",run=\"scraped\"}"] >= 1);
        (await installation.ExecutorAsync("cancel", "scraped")).Expect(0);
        await program.WaitAsync(Token);
    }
}
