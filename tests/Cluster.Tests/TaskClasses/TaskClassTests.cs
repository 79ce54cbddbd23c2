using System.Text.Json.Nodes;
using Cluster.Tests.Client;
using Executor.Cluster;
using Executor.Cluster.Diagnosis;
using Executor.Cluster.TaskClasses;
using Executor.Contracts.Descriptors;
using Executor.Planning;
using Executor.TestKit;

namespace Cluster.Tests.TaskClasses;

/// <summary>
/// Task classes and a VPA's shape on the real API server: the chart's definition, its /scale, and what a recommender writes. The recommender is not in the lab; the
/// test writes what it would.
/// </summary>
[Collection(nameof(TaskClassTests))]
public sealed class TaskClassTests : ClusterFixture
{
    [Fact]
    public async Task A_class_is_a_target_with_a_scale_that_selects_its_pods_and_what_its_VPA_recommends_is_read()
    {
        await using var kinds = await VpaKinds.AddAsync(Cluster, Cancellation);
        Assert.Empty((await Client.Resource(TaskClassResources.TaskClasses, Namespace.Name).ListAllAsync(cancellationToken: Cancellation)).Items);
        await CreatePodAsync("mine", "heavy", "task");
        await CreatePodAsync("another", "light", "task");
        await CreatePodAsync("driver", "heavy", "driver");
        await Poll.UntilAsync(
            async () => (await Client.Pods(Namespace.Name).ListAllAsync(new() { ResourceVersion = "0" }, Cancellation)).Items.Count == 3,
            TimeSpan.FromSeconds(30), () => "the pods in the server's cache", Cancellation);

        await using (var recommendations = await StartAsync())
        {
            Assert.Equal("no VPA has TaskClass heavy as its target", recommendations.Of("big").Reason);
        }

        var scale = await Client.Resource(TaskClassResources.TaskClasses, Namespace.Name).ReadScaleAsync("heavy", Cancellation);
        Assert.Equal((0, 1), (scale.Spec?.Replicas ?? 0, scale.Status!.Replicas));
        var selected = await Client.Pods(Namespace.Name).ListAllAsync(new() { LabelSelector = scale.Status.Selector }, Cancellation);
        Assert.Equal("mine", Assert.Single(selected.Items).Metadata.Name);

        var recommender = new RecommenderPart(Client, Namespace.Name);
        await recommender.CreateAsync("heavy", "heavy");
        await using (var recommendations = await StartAsync())
        {
            Assert.Equal("VPA heavy recommends nothing yet", recommendations.Of("big").Reason);
        }

        Assert.Contains("VPA heavy for TaskClass heavy matches 1 pod", (await DoctorAsync()).Text, StringComparison.Ordinal);
        await recommender.RecommendAsync("heavy", cpu: "587m", memory: "262144k");
        await using (var recommendations = await StartAsync())
        {
            Assert.Equal((262_144_000L, 587, "VPA heavy"), (recommendations.Of("big").MemoryBytes, recommendations.Of("big").CpuMillicores, recommendations.Of("big").Reason));
        }

        await Client.Resource(TaskClassResources.TaskClasses, Namespace.Name).DeleteAsync("heavy", cancellationToken: Cancellation);
        Assert.Equal((FindingGrade.Warning, true), ((await DoctorAsync()).Grade, (await DoctorAsync()).Text.Contains("TaskClass heavy, is not there", StringComparison.Ordinal)));
    }

    private static PlannedTask Task(string name, string taskClass) => new()
    {
        Name = name,
        Instances = 1,
        Class = taskClass,
        Command = ["true"],
        Environment = new Dictionary<string, string>(),
        Inputs = [],
        Outputs = [],
        DependsOn = [],
        Resources = new ResourceLimits(100, 1 << 20),
        Retries = new RetryBudget(),
    };

    private async Task<ClassRecommendations> StartAsync() =>
        await ClassRecommendations.StartAsync(Client, Namespace.Name, "nightly", [Task("big", "heavy")], TimeProvider.System, Cancellation);

    private async Task<Finding> DoctorAsync()
    {
        using var connection = ClusterConnection.Open(new ClusterOptions { Kubeconfig = Cluster.KubeconfigPath, NamespaceName = Namespace.Name, Images = new ClusterImages { Runner = "", Dotnet = "", Driver = "", Store = "" } }, TimeProvider.System);
        await foreach (var finding in new Doctor(connection, new ClusterOptions { Images = new ClusterImages { Runner = "", Dotnet = "", Driver = "", Store = "" } }, TimeProvider.System).ExamineAsync(Cancellation))
        {
            if (finding.Subject == "VPA")
            {
                return finding;
            }
        }

        throw new InvalidOperationException("doctor says nothing of VPA");
    }

    private async Task CreatePodAsync(string name, string taskClass, string component) => await Client.Pods(Namespace.Name).CreateAsync(JsonNode.Parse($$$"""
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "{{{name}}}", "labels": {"app.kubernetes.io/component": "{{{component}}}", "executor.dev/class": "{{{taskClass}}}"}},
         "spec": {"nodeSelector": {"no": "node"}, "containers": [{"name": "task", "image": "{{{BusyBox}}}"}]}}
        """)!.AsObject(), cancellationToken: Cancellation);
}
