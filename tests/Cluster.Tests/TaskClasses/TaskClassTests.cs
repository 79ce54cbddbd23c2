using System.Text.Json.Nodes;
using Cluster.Tests.Client;
using Executor.Cluster;
using Executor.Cluster.Diagnosis;
using Executor.Cluster.TaskClasses;
using Executor.Contracts.Descriptors;
using Executor.Kubernetes.Models;
using Executor.Planning;
using Executor.TestKit.Charts;
using Executor.TestKit.Kubernetes;

namespace Cluster.Tests.TaskClasses;

/// <summary>
/// Task classes and a VPA's shape on the real API server: the chart's definition, its /scale, and what a recommender writes. The recommender is not in the lab; the
/// test writes what it would.
/// </summary>
public sealed class TaskClassTests : ClusterFixture
{
    // What VPA's own definition has that matters here: names, the structure of spec and status, quantities.
    private const string Autoscalers = """
        {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
         "metadata": {"name": "verticalpodautoscalers.autoscaling.k8s.io", "annotations": {"api-approved.kubernetes.io": "https://github.com/kubernetes/kubernetes/pull/63797"}},
         "spec": {"group": "autoscaling.k8s.io", "scope": "Namespaced",
          "names": {"kind": "VerticalPodAutoscaler", "listKind": "VerticalPodAutoscalerList", "plural": "verticalpodautoscalers", "singular": "verticalpodautoscaler", "shortNames": ["vpa"]},
          "versions": [{"name": "v1", "served": true, "storage": true, "subresources": {"status": {}},
           "schema": {"openAPIV3Schema": {"type": "object", "required": ["spec"], "properties": {
            "spec": {"type": "object", "required": ["targetRef"], "properties": {
             "targetRef": {"type": "object", "required": ["kind", "name"], "properties": {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "name": {"type": "string"}}},
             "updatePolicy": {"type": "object", "properties": {"updateMode": {"type": "string", "enum": ["Off", "Initial", "Recreate", "Auto"]}}}}},
            "status": {"type": "object", "properties": {
             "conditions": {"type": "array", "items": {"type": "object", "required": ["status", "type"], "properties": {
              "type": {"type": "string"}, "status": {"type": "string"}, "reason": {"type": "string"}, "message": {"type": "string"}, "lastTransitionTime": {"type": "string", "format": "date-time"}}}},
             "recommendation": {"type": "object", "properties": {"containerRecommendations": {"type": "array", "items": {"type": "object", "required": ["target"], "properties": {
              "containerName": {"type": "string"},
              "target": {"type": "object", "additionalProperties": {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": true}},
              "lowerBound": {"type": "object", "additionalProperties": {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": true}}}}}}}}}}}}}]}}
        """;

    [Fact]
    public async Task A_class_is_a_target_with_a_scale_that_selects_its_pods_and_what_its_VPA_recommends_is_read()
    {
        var rendered = await Chart.RenderAsync(new ChartRequest { KubeVersion = Cluster.Version.GitVersion!.TrimStart('v').Split('-', '+')[0], Set = ["vpa.enabled=true", "store.enabled=false"] }, Cancellation);
        await using var classKind = await CustomKind.AddAsync(Client, await DefinitionAsync(rendered.Expect(0).Output), Cancellation);
        await using var autoscalerKind = await CustomKind.AddAsync(Client, JsonNode.Parse(Autoscalers)!.AsObject(), Cancellation);
        Assert.Empty((await Client.Resource(TaskClassResources.TaskClasses, Namespace.Name).ListAllAsync(cancellationToken: Cancellation)).Items);
        if (Cluster.IsLab)
        {
            // Its API server is older than the compiler that it is made with, and is killed by the first custom object that it reads: see CONTRIBUTING.md.
            return;
        }

        await CreatePodAsync("mine", "heavy", "task");
        await CreatePodAsync("another", "light", "task");
        await CreatePodAsync("driver", "heavy", "driver");

        await using (var recommendations = await StartAsync())
        {
            Assert.Equal("no VPA has TaskClass heavy as its target", recommendations.Of("big").Reason);
        }

        var scale = await Client.Resource(TaskClassResources.TaskClasses, Namespace.Name).ReadScaleAsync("heavy", Cancellation);
        Assert.Equal((0, 1), (scale.Spec?.Replicas ?? 0, scale.Status!.Replicas));
        var selected = await Client.Pods(Namespace.Name).ListAllAsync(new() { LabelSelector = scale.Status.Selector }, Cancellation);
        Assert.Equal("mine", Assert.Single(selected.Items).Metadata.Name);

        await CreateAutoscalerAsync();
        await using (var recommendations = await StartAsync())
        {
            Assert.Equal("VPA heavy recommends nothing yet", recommendations.Of("big").Reason);
        }

        Assert.Contains("VPA heavy for TaskClass heavy matches 1 pod", (await DoctorAsync()).Text, StringComparison.Ordinal);
        await RecommendAsync();
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

    private async Task<JsonObject> DefinitionAsync(string chart)
    {
        var document = chart.Split("\n---").Single(text => text.Contains("kind: CustomResourceDefinition", StringComparison.Ordinal));
        var json = await Executor.TestKit.Processes.RunningProgram.RunAsync(
            new(Harness.Kubectl.Path, "create", "--dry-run=client", "--validate=false", "-o", "json", "-f", "-", "--kubeconfig", Cluster.KubeconfigPath) { Input = document }, Cancellation);
        return JsonNode.Parse(json.Expect(0).Output)!.AsObject();
    }

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

    private async Task CreateAutoscalerAsync() => await Client.Resource(TaskClassResources.Autoscalers, Namespace.Name).CreateAsync(JsonNode.Parse("""
        {"apiVersion": "autoscaling.k8s.io/v1", "kind": "VerticalPodAutoscaler", "metadata": {"name": "heavy"},
         "spec": {"targetRef": {"apiVersion": "executor.dev/v1alpha1", "kind": "TaskClass", "name": "heavy"}, "updatePolicy": {"updateMode": "Off"}}}
        """)!.AsObject(), cancellationToken: Cancellation);

    private async Task RecommendAsync() => await Client.Resource(TaskClassResources.Autoscalers, Namespace.Name).PatchStatusAsync(
        new V1Patch(JsonNode.Parse("""
            {"status": {"conditions": [{"type": "RecommendationProvided", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}],
             "recommendation": {"containerRecommendations": [{"containerName": "task", "target": {"cpu": "587m", "memory": "262144k"}, "lowerBound": {"cpu": "25m", "memory": "262144k"}}]}}}
            """)!, V1Patch.PatchType.MergePatch),
        "heavy",
        cancellationToken: Cancellation);
}
