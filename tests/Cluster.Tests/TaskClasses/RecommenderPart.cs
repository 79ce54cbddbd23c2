using System.Text.Json.Nodes;
using Executor.Cluster.TaskClasses;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;

namespace Cluster.Tests.TaskClasses;

/// <summary>The part of VPA's recommender, which is not in the lab, and of whoever makes VPAs.</summary>
internal sealed class RecommenderPart(KubernetesClient client, string namespaceName)
{
    private readonly GenericClient<VerticalPodAutoscaler> _autoscalers = client.Resource(TaskClassResources.Autoscalers, namespaceName);

    /// <summary>Makes a VPA that looks at a class and changes nothing.</summary>
    public async Task CreateAsync(string name, string taskClass) => await _autoscalers.CreateAsync(
        JsonNode.Parse($$$$"""
            {"apiVersion": "autoscaling.k8s.io/v1", "kind": "VerticalPodAutoscaler", "metadata": {"name": "{{{{name}}}}"},
             "spec": {"targetRef": {"apiVersion": "executor.dev/v1alpha1", "kind": "TaskClass", "name": "{{{{taskClass}}}}"}, "updatePolicy": {"updateMode": "Off"}}}
            """)!.AsObject(),
        cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>Writes what the recommender would once it has seen pods.</summary>
    public async Task RecommendAsync(string name, string cpu, string memory) => await _autoscalers.PatchStatusAsync(
        new V1Patch(
            JsonNode.Parse($$$$"""
                {"status": {"conditions": [{"type": "RecommendationProvided", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}],
                 "recommendation": {"containerRecommendations": [
                  {"containerName": "task", "target": {"cpu": "{{{{cpu}}}}", "memory": "{{{{memory}}}}"}, "lowerBound": {"cpu": "25m", "memory": "{{{{memory}}}}"}}]}}}
                """)!,
            V1Patch.PatchType.MergePatch),
        name,
        cancellationToken: TestContext.Current.CancellationToken);
}
