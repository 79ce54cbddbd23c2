using System.Text.Json.Nodes;
using Executor.Cluster.TaskClasses;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.TestKit;

namespace Cluster.Tests.TaskClasses;

/// <summary>The part of VPA's recommender, which is not in the lab, and of whoever makes VPAs.</summary>
internal sealed class RecommenderPart(KubernetesClient client, string namespaceName)
{
    private readonly GenericClient<VerticalPodAutoscaler> _autoscalers = client.Resource(TaskClassResources.Autoscalers, namespaceName);

    /// <summary>Makes a VPA that looks at a class and changes nothing.</summary>
    public async Task CreateAsync(string name, string taskClass) => await ReachTheCacheAsync(await _autoscalers.CreateAsync(
        JsonNode.Parse($$$$"""
            {"apiVersion": "autoscaling.k8s.io/v1", "kind": "VerticalPodAutoscaler", "metadata": {"name": "{{{{name}}}}"},
             "spec": {"targetRef": {"apiVersion": "executor.dev/v1alpha1", "kind": "TaskClass", "name": "{{{{taskClass}}}}"}, "updatePolicy": {"updateMode": "Off"}}}
            """)!.AsObject(),
        cancellationToken: TestContext.Current.CancellationToken));

    /// <summary>Writes what the recommender would once it has seen pods.</summary>
    public async Task RecommendAsync(string name, string cpu, string memory) => await ReachTheCacheAsync(await _autoscalers.PatchStatusAsync(
        new V1Patch(
            JsonNode.Parse($$$$"""
                {"status": {"conditions": [{"type": "RecommendationProvided", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}],
                 "recommendation": {"containerRecommendations": [
                  {"containerName": "task", "target": {"cpu": "{{{{cpu}}}}", "memory": "{{{{memory}}}}"}, "lowerBound": {"cpu": "25m", "memory": "{{{{memory}}}}"}}]}}}
                """)!,
            V1Patch.PatchType.MergePatch),
        name,
        cancellationToken: TestContext.Current.CancellationToken));

    /// <summary>Drivers read what the server's cache has, which hears of a write a moment after its answer.</summary>
    private Task ReachTheCacheAsync(VerticalPodAutoscaler written) => Poll.UntilAsync(
        async () => (await _autoscalers.ListAllAsync(new() { ResourceVersion = "0" }, TestContext.Current.CancellationToken)).Items
            .Any(cached => cached.Metadata.Name == written.Metadata.Name && cached.Metadata.ResourceVersion == written.Metadata.ResourceVersion),
        TimeSpan.FromSeconds(30),
        () => $"VPA {written.Metadata.Name} in the server's cache",
        TestContext.Current.CancellationToken);
}
