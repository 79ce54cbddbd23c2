using System.Text.Json.Nodes;
using Executor.TestKit.Charts;

namespace Charts.Tests;

public sealed class ValuesTests
{
    [Theory]
    [InlineData("nonsense=1", "nonsense")]
    [InlineData("store.replicas=0", "replicas")]
    [InlineData("store.autoscaling.cpu=1", "cpu")]
    [InlineData("store.windowMib=0", "windowMib")]
    [InlineData("store.windowMib=large", "windowMib")]
    [InlineData("store.resources.memory=1GB", "memory")]
    [InlineData("store.resources.cpu=null", "cpu")]
    [InlineData("store.persistence.size=big", "size")]
    [InlineData("store.listenAddress=example.com", "listenAddress")]
    [InlineData("store.key.existingSecret=Not_A_Name", "existingSecret")]
    [InlineData("store.podDisruptionBudget.maxUnavailable=-1", "maxUnavailable")]
    [InlineData("store.metrics.serviceMonitor.interval=often", "interval")]
    [InlineData("monitoring.podMonitor.interval=often", "interval")]
    [InlineData("monitoring.dashboard.folder=Batch", "folder")]
    [InlineData("run.metrics.lingerSeconds=-1", "lingerSeconds")]
    [InlineData("image.pullPolicy=Sometimes", "pullPolicy")]
    [InlineData("image.tag=a/b", "tag")]
    [InlineData("serviceAccount.name=", "name")]
    [InlineData("rbac.nodes=perhaps", "nodes")]
    [InlineData("run.id=Upper", "id")]
    [InlineData("run.id=an-id-that-is-too-long-for-the-name-of-a-job", "id")]
    [InlineData("run.store=executor-store:8815", "store")]
    [InlineData("run.parameters.days=7", "days")]
    public async Task A_wrong_value_is_refused_by_its_name(string set, string named)
    {
        var error = await RenderedChart.ErrorOfAsync(new ChartRequest { Set = [set] });
        Assert.Contains("values don't meet the specifications of the schema", error, StringComparison.Ordinal);
        Assert.Contains(named, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.20.2", "")]
    [InlineData("1.34.0", "")]
    [InlineData("1.34.0", ValueSets.Everything)]
    [InlineData("1.34.0", ValueSets.SeveralPods)]
    public async Task Every_object_has_its_namespace_and_the_labels_that_tools_look_for(string version, string values)
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { KubeVersion = version, Values = values });
        Assert.All(chart.Objects, item =>
        {
            var metadata = item["metadata"]!;
            var isOfCluster = item["kind"]!.GetValue<string>() is "ClusterRole" or "ClusterRoleBinding" or "CustomResourceDefinition";
            Assert.Equal(isOfCluster ? null : "batch", metadata["namespace"]?.GetValue<string>());
            Assert.Equal("executor", metadata["labels"]!["app.kubernetes.io/name"]!.GetValue<string>());
            Assert.Equal("demo", metadata["labels"]!["app.kubernetes.io/instance"]!.GetValue<string>());
            Assert.Equal("Helm", metadata["labels"]!["app.kubernetes.io/managed-by"]!.GetValue<string>());
            Assert.Equal(ChartFiles.AppVersion, metadata["labels"]!["app.kubernetes.io/version"]!.GetValue<string>());
            Assert.Equal($"executor-{ChartFiles.Metadata["version"]}", metadata["labels"]!["helm.sh/chart"]!.GetValue<string>());
            Assert.Equal(values.Length > 0 ? "data" : null, metadata["labels"]!["team"]?.GetValue<string>());
        });
        Assert.Equal(chart.Objects.Count, chart.Objects.DistinctBy(item => (item["kind"]!.GetValue<string>(), RenderedChart.NameOf(item))).Count());
    }

    [Fact]
    public void The_chart_installs_the_version_that_is_built() => Assert.Equal(ChartFiles.ProductVersion, ChartFiles.AppVersion);

    [Fact]
    public void Every_value_is_in_the_readmes_table_and_the_table_has_no_other()
    {
        Assert.Equal(ChartFiles.ValuePaths(ChartFiles.Values).Order(StringComparer.Ordinal), ChartFiles.DocumentedPaths().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_schema_knows_every_value_and_no_other()
    {
        List<string> maps = ["", "image", "store", "store.persistence", "store.key", "store.podDisruptionBudget", "store.networkPolicy", "store.service", "monitoring", "monitoring.dashboard", "serviceAccount", "rbac", "vpa", "run", "run.metrics"];
        foreach (var map in maps)
        {
            var schema = ChartFiles.SchemaOf(map)!;
            Assert.False(schema["additionalProperties"]!.GetValue<bool>(), map);
            JsonNode values = ChartFiles.Values;
            foreach (var part in map.Split('.', StringSplitOptions.RemoveEmptyEntries))
            {
                values = values[part]!;
            }

            Assert.Equal(
                values.AsObject().Select(pair => pair.Key).Order(StringComparer.Ordinal),
                schema["properties"]!.AsObject().Select(pair => pair.Key).Except(["global"]).Order(StringComparer.Ordinal));
        }
    }
}
