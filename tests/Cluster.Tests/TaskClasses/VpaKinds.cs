using System.Text.Json.Nodes;
using Cluster.Tests.Harness;
using Executor.TestKit.Charts;
using Executor.TestKit.Kubernetes;
using Executor.TestKit.Processes;

namespace Cluster.Tests.TaskClasses;

/// <summary>
/// The chart's TaskClass and a VPA's kind, for as long as a test needs them. They are the cluster's, one of each: tests that have them run one after another.
/// </summary>
internal sealed class VpaKinds : IAsyncDisposable
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

    private readonly CustomKind _classes;
    private readonly CustomKind _autoscalers;

    private VpaKinds(CustomKind classes, CustomKind autoscalers) => (_classes, _autoscalers) = (classes, autoscalers);

    /// <summary>Adds both and waits until they are served.</summary>
    public static async Task<VpaKinds> AddAsync(RealCluster cluster, CancellationToken cancellationToken)
    {
        var classes = await CustomKind.AddAsync(cluster.Client, await ChartDefinitionAsync(cluster, cancellationToken), cancellationToken);
        try
        {
            return new VpaKinds(classes, await CustomKind.AddAsync(cluster.Client, JsonNode.Parse(Autoscalers)!.AsObject(), cancellationToken));
        }
        catch
        {
            await classes.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _autoscalers.DisposeAsync();
        await _classes.DisposeAsync();
    }

    private static async Task<JsonObject> ChartDefinitionAsync(RealCluster cluster, CancellationToken cancellationToken)
    {
        var request = new ChartRequest { KubeVersion = cluster.Version.GitVersion!.TrimStart('v').Split('-', '+')[0], Set = ["vpa.enabled=true", "store.enabled=false"] };
        var chart = (await Chart.RenderAsync(request, cancellationToken)).Expect(0).Output;
        var document = chart.Split("\n---").Single(text => text.Contains("kind: CustomResourceDefinition", StringComparison.Ordinal));
        var json = await RunningProgram.RunAsync(
            new ProgramStart(Kubectl.Path, "create", "--dry-run=client", "--validate=false", "-o", "json", "-f", "-", "--kubeconfig", cluster.KubeconfigPath) { Input = document },
            cancellationToken);
        return JsonNode.Parse(json.Expect(0).Output)!.AsObject();
    }
}
