using System.Text.Json.Nodes;
using Cluster.Tests.Harness;
using Executor.Cluster.TaskClasses;
using Executor.Kubernetes.Models;
using Executor.TestKit.Kubernetes;

namespace Cluster.Tests.TaskClasses;

/// <summary>Runs whose tasks leave their size to VPA, with the rights of the chart and with a recommender that the test plays.</summary>
[Collection(nameof(TaskClassTests))]
public sealed class SizedByVpaTests
{
    private const string Workflow = """
        defaults: {image: executor/busybox:dev, resources: {cpu: 200m, memory: 128Mi}}
        tasks:
          - {name: shares, class: heavy, sizing: {mode: vpa, cpu: {max: 300m}}, script: "true"}
          - {name: alone, sizing: vpa, script: "true"}
          - {name: bounded, class: wild, sizing: {mode: vpa, memory: {max: 160Mi}}, script: "true"}
          - {name: heavy, script: "true"}
        """;

    private const long MiB = 1 << 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pods_get_what_the_VPA_of_their_class_recommends_and_what_their_task_asks_for_without_one()
    {
        using var cluster = await RealCluster.ConnectAsync(Cancellation);
        await using var kinds = await VpaKinds.AddAsync(cluster, Cancellation);
        await using var installation = await Installation.InstallAsync(cluster, Cancellation, isSizedByVpa: true);
        var workflow = installation.WriteWorkflow("advised", Workflow);

        // The first run makes the classes, which nobody looks at yet.
        (await installation.ExecutorAsync("run", workflow, "--run-id", "before", "--keep-files")).Expect(0);
        Assert.All(await installation.PodsAsync("before"), pod => Assert.Equal((128 * MiB, 200), SizeOf(pod)));
        Assert.Equal(
            [("alone", 128 * MiB, "no VPA has TaskClass advised.alone as its target"), ("bounded", 128 * MiB, "no VPA has TaskClass wild as its target"), ("shares", 128 * MiB, "no VPA has TaskClass heavy as its target")],
            await ExplainedAsync(installation, "before"));

        // What VPA's recommender finds by /scale are the pods of the class, without those of a task that is named like it.
        Assert.Equal(["shares"], await SelectedAsync(installation, "heavy"));
        Assert.Equal(["alone"], await SelectedAsync(installation, "advised.alone"));

        var recommender = new RecommenderPart(installation.Client, installation.Namespace);
        foreach (var (name, taskClass, cpu, memory) in new[] { ("heavy", "heavy", "150m", "262144k"), ("alone", "advised.alone", "50m", "96Mi"), ("wild", "wild", "50m", "5Gi") })
        {
            await recommender.CreateAsync(name, taskClass);
            await recommender.RecommendAsync(name, cpu, memory);
        }

        (await installation.ExecutorAsync("run", workflow, "--run-id", "after", "--keep-files")).Expect(0);
        Assert.Equal((262_144_000, 150), SizeOf(Assert.Single(await installation.PodsAsync("after", "shares"))));
        Assert.Equal((96 * MiB, 200), SizeOf(Assert.Single(await installation.PodsAsync("after", "alone"))));
        Assert.Equal((160 * MiB, 200), SizeOf(Assert.Single(await installation.PodsAsync("after", "bounded"))));
        Assert.Equal((128 * MiB, 200), SizeOf(Assert.Single(await installation.PodsAsync("after", "heavy"))));
        Assert.Equal([("alone", 96 * MiB, "VPA alone"), ("bounded", 160 * MiB, "VPA wild"), ("shares", 262_144_000, "VPA heavy")], await ExplainedAsync(installation, "after"));
        Assert.Contains("VPA heavy for TaskClass heavy matches 2 pods", (await installation.ExecutorAsync("doctor")).Output, StringComparison.Ordinal);
    }

    // Requests and limits of every container, which are the same.
    private static (long Memory, int Cpu) SizeOf(V1Pod pod)
    {
        var sizes = pod.Spec!.Containers!.Concat(pod.Spec.InitContainers ?? []).SelectMany(container => new[] { container.Resources!.Requests!, container.Resources.Limits! })
            .Select(amounts => ((long)amounts["memory"].ToDecimal(), (int)(amounts["cpu"].ToDecimal() * 1000)));
        Assert.Equal("Guaranteed", pod.Status!.QosClass);
        return Assert.Single(sizes.Distinct());
    }

    private static async Task<IEnumerable<(string Task, long Given, string Reason)>> ExplainedAsync(Installation installation, string run) =>
        (await installation.ExecutorAsync("sizing", "explain", run, "--output", "json")).Expect(0).OutputLines.Select(line => JsonNode.Parse(line)!)
            .Select(sized => ((string)sized["task"]!, (long)sized["givenBytes"]!, (string)sized["reason"]!)).Order();

    private static async Task<IEnumerable<string>> SelectedAsync(Installation installation, string taskClass)
    {
        var scale = await installation.Client.Resource(TaskClassResources.TaskClasses, installation.Namespace).ReadScaleAsync(taskClass, Cancellation);
        var pods = await installation.Client.Pods(installation.Namespace).ListAllAsync(new() { LabelSelector = scale.Status!.Selector }, Cancellation);
        return pods.Items.Select(pod => pod.Metadata.Labels!["executor.dev/task"]);
    }
}
