using System.Net;
using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.TestKit.Charts;
using Executor.TestKit.Kubernetes;

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
            // Their kinds are the Prometheus operator's, which not every cluster has: see the next test.
            Set = ["store.metrics.serviceMonitor.enabled=false", "monitoring.podMonitor.enabled=false"],
        });
        var answer = await cluster.ApplyAsync(chart.Text, "--dry-run=server");
        Assert.Equal(chart.Objects.Count, answer.Split('\n').Count(line => line.Contains("(server dry run)", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_server_that_has_the_Prometheus_operators_kinds_keeps_all_that_the_monitors_say()
    {
        var token = TestContext.Current.CancellationToken;
        await using var place = await ClusterNamespace.CreateAsync();
        using var cluster = await RealCluster.ConnectAsync(token);
        await using var services = await CustomKind.AddAsync(cluster.Client, MonitorKinds.ServiceMonitor, token);
        await using var pods = await CustomKind.AddAsync(cluster.Client, MonitorKinds.PodMonitor, token);
        var chart = await RenderedChart.OfAsync(new ChartRequest { Namespace = place.Name, KubeVersion = place.Version, Values = ValueSets.Everything });

        await IsKeptAsync(chart.Get("ServiceMonitor", "executor-store"), "endpoints", "servicemonitors");
        await IsKeptAsync(chart.Get("PodMonitor", "executor-drivers"), "podMetricsEndpoints", "podmonitors");

        // A field that the kind does not have is dropped, and a value that it cannot have is refused.
        async Task IsKeptAsync(JsonObject monitor, string endpoints, string plural)
        {
            var monitors = cluster.Client.Resource(UntypedObject.Resource("monitoring.coreos.com", "v1", plural), place.Name);
            async Task<bool> IsKeptWhollyAsync(JsonObject sent) =>
                JsonNode.DeepEquals(sent["spec"], (await monitors.CreateAsync(sent, cancellationToken: token)).Members!["spec"]);

            Assert.True(await IsKeptWhollyAsync(monitor.DeepClone().AsObject()), monitor.ToJsonString());
            Assert.False(await IsKeptWhollyAsync(With("misspelt", "inteval", "30s")));
            var refusal = await Assert.ThrowsAsync<KubernetesException>(() => IsKeptWhollyAsync(With("wrong", "interval", "often")));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refusal.StatusCode);

            JsonObject With(string name, string field, string value)
            {
                var changed = monitor.DeepClone().AsObject();
                changed["metadata"]!["name"] = name;
                changed["spec"]![endpoints]![0]![field] = value;
                return changed;
            }
        }
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
