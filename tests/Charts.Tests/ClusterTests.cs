using Executor.TestKit.Charts;

namespace Charts.Tests;

/// <summary>What a real API server says to the chart, and what becomes of it there. Needs the store's image on the nodes.</summary>
public sealed class ClusterTests
{
    [Theory]
    [InlineData("")]
    [InlineData(ValueSets.Everything)]
    [InlineData(ValueSets.SeveralPods)]
    public async Task The_server_accepts_every_object(string values)
    {
        await using var cluster = await ClusterNamespace.CreateAsync();
        var chart = await RenderedChart.OfAsync(new ChartRequest
        {
            Namespace = cluster.Name,
            KubeVersion = cluster.Version,
            Values = values,
            // Their kinds are the Prometheus operator's, which not every cluster has.
            Set = ["store.metrics.serviceMonitor.enabled=false", "monitoring.podMonitor.enabled=false"],
        });
        var answer = await cluster.ApplyAsync(chart.Text, "--dry-run=server");
        Assert.Equal(chart.Objects.Count, answer.Split('\n').Count(line => line.Contains("(server dry run)", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_installation_gives_a_store_that_is_ready_and_accounts_with_their_rights()
    {
        await using var cluster = await ClusterNamespace.CreateAsync();
        var chart = await RenderedChart.OfAsync(new ChartRequest
        {
            Namespace = cluster.Name,
            KubeVersion = cluster.Version,
            Set = ["image.tag=dev", "store.persistence.enabled=false", "store.resources.cpu=200m"],
        });
        await cluster.ApplyAsync(chart.Text);
        await cluster.KubectlAsync("rollout", "status", "deployment/executor-store", "--timeout=180s");

        const string Pod = "--selector=app.kubernetes.io/component=store";
        Assert.Equal("Guaranteed", await cluster.KubectlAsync("get", "pods", Pod, "--output=jsonpath={.items[0].status.qosClass}"));
        Assert.Contains("listening on", await cluster.KubectlAsync("logs", "deployment/executor-store"), StringComparison.Ordinal);
        var address = await cluster.KubectlAsync("get", "pods", Pod, "--output=jsonpath={.items[0].status.podIP}");
        Assert.Equal(address, await cluster.KubectlAsync("get", "endpoints", "executor-store", "--output=jsonpath={.subsets[0].addresses[*].ip}"));

        Assert.True(await cluster.MayAsync("executor-driver", "deletecollection", "jobs.batch"));
        Assert.True(await cluster.MayAsync("executor-driver", "patch", "jobs.batch/status"));
        Assert.False(await cluster.MayAsync("executor-driver", "get", "secrets"));
        Assert.False(await cluster.MayAsync("default", "get", "pods"));
    }
}
