using System.Text;
using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Kubernetes.Watching;
using Executor.TestKit.Kubernetes;

namespace Cluster.Tests.Client;

/// <summary>Kinds that controllers act upon.</summary>
public sealed class WorkloadTests : ClusterFixture
{
    private GenericClient<V1Job> Jobs => Client.Jobs(Namespace.Name);

    [Fact]
    public async Task A_job_from_JSON_runs_and_its_end_is_seen()
    {
        var created = await Jobs.CreateAsync(Job("a", Shell("ignored", "exit 3")), cancellationToken: Cancellation);
        Assert.Equal(0, created.Spec!.BackoffLimit);
        var ended = await WhenAsync(Jobs, "a", job => job.Status?.Conditions?.Any(condition => condition is { Type: "Failed", Status: "True" }) == true);

        Assert.Equal(1, ended.Status!.Failed);
        var pod = Assert.Single((await Client.Pods(Namespace.Name).ListAllAsync(new ListOptions { LabelSelector = "job-name=a" }, Cancellation)).Items);
        Assert.Equal(3, pod.Status!.ContainerStatuses!.Single().State!.Terminated!.ExitCode);
        Assert.Equal(created.Metadata.Uid, pod.Metadata.OwnerReferences!.Single().Uid);
    }

    [Fact]
    public async Task A_job_managed_by_others_is_known_by_the_answer_to_its_creation()
    {
        var job = Job("a", Shell("ignored", "true"));
        job["spec"]!["managedBy"] = "example.com/executor";
        job["spec"]!["suspend"] = true;
        var created = await Jobs.CreateAsync(job, cancellationToken: Cancellation);

        Assert.Equal(Cluster.Version.IsAtLeast(1, 32) ? "example.com/executor" : null, created.Spec!.ManagedBy);
    }

    [Fact]
    public async Task The_status_of_a_job_is_patched_apart_from_the_job()
    {
        // Nothing to do for the controller: it leaves the conditions of others alone.
        var job = Job("a", Shell("ignored", "true"));
        job["spec"]!["parallelism"] = 0;
        await Jobs.CreateAsync(job, cancellationToken: Cancellation);
        var patch = JsonNode.Parse("""{"spec": {"parallelism": 5}, "status": {"conditions": [{"type": "ExampleCondition", "status": "True"}]}}""")!;
        await Jobs.PatchStatusAsync(new V1Patch(patch, V1Patch.PatchType.MergePatch), "a", cancellationToken: Cancellation);

        var read = await Jobs.ReadAsync("a", Cancellation);
        Assert.Equal(0, read.Spec!.Parallelism);
        Assert.Contains(read.Status!.Conditions!, condition => condition is { Type: "ExampleCondition", Status: "True" });
    }

    [Fact]
    public async Task Jobs_are_deleted_by_the_hundred_with_their_pods()
    {
        foreach (var name in (string[])["a", "b", "c"])
        {
            var job = Job(name, Shell("ignored", "exec sleep 600"));
            job["metadata"]!["labels"] = new JsonObject { ["attempt"] = name };
            await Jobs.CreateAsync(job, cancellationToken: Cancellation);
        }

        var pods = await WhenPodsAsync(found => found.Count == 3);
        await Jobs.DeleteCollectionAsync(
            new ListOptions { LabelSelector = "attempt in (a,c)" }, new V1DeleteOptions { PropagationPolicy = "Background" }, Cancellation);
        var left = await WhenPodsAsync(found => found.Count == 1);
        Assert.Equal("b", left.Values.Single().Metadata.Labels!["job-name"]);
        Assert.Contains(left.Keys.Single(), pods.Keys);
        Assert.Equal("b", Assert.Single((await Jobs.ListAllAsync(cancellationToken: Cancellation)).Items).Metadata.Name);
    }

    [Fact]
    public async Task A_deployment_gets_ready_behind_a_service_with_an_address()
    {
        var pod = Shell("server", "exec httpd -f -p 8080 -h /");
        pod["spec"]!["restartPolicy"] = "Always";
        var deployment = new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "Deployment",
            ["metadata"] = new JsonObject { ["name"] = "server" },
            ["spec"] = new JsonObject
            {
                ["replicas"] = 1,
                ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "server" } },
                ["template"] = Template(pod),
            },
        };
        await Client.Deployments(Namespace.Name).CreateAsync(deployment, cancellationToken: Cancellation);
        var service = JsonNode.Parse("""
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "server"},
             "spec": {"selector": {"app": "server"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}}
            """)!.AsObject();
        var created = await Client.Services(Namespace.Name).CreateAsync(service, cancellationToken: Cancellation);

        var ready = await WhenAsync(Client.Deployments(Namespace.Name), "server", found => found.Status?.ReadyReplicas == 1);
        Assert.Equal((1, 1), (ready.Spec!.Replicas, ready.Status!.Replicas));
        Assert.True(System.Net.IPAddress.TryParse(created.Spec!.ClusterIP, out _), created.Spec.ClusterIP);
        Assert.Equal(("http", 80), (created.Spec.Ports!.Single().Name, created.Spec.Ports!.Single().Port));
    }

    [Fact]
    public async Task A_claim_without_a_class_waits_for_a_volume()
    {
        var claim = new V1PersistentVolumeClaim
        {
            Metadata = new V1ObjectMeta { Name = "data" },
            Spec = new V1PersistentVolumeClaimSpec
            {
                AccessModes = ["ReadWriteOnce"],
                StorageClassName = "",
                Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["storage"] = ResourceQuantity.Parse("1Gi") } },
            },
        };
        await Client.PersistentVolumeClaims(Namespace.Name).CreateAsync(claim, cancellationToken: Cancellation);

        var pending = await WhenAsync(Client.PersistentVolumeClaims(Namespace.Name), "data", found => found.Status?.Phase is not null);
        Assert.Equal(("Pending", ""), (pending.Status!.Phase, pending.Spec!.StorageClassName));
        Assert.Equal(ResourceQuantity.Parse("1024Mi"), pending.Spec.Resources!.Requests!["storage"]);
        Assert.All((await Client.StorageClasses.ListAllAsync(cancellationToken: Cancellation)).Items, found => Assert.NotEmpty(found.Provisioner!));
    }

    [Fact]
    public async Task A_log_is_followed_while_it_is_written_and_ends_with_the_container()
    {
        await Namespace.StartPodAsync(Shell("writer", "echo one; until [ -e /tmp/go ]; do sleep 0.05; done; echo two"), Cancellation);
        var pods = Client.Pods(Namespace.Name);
        await using var log = await pods.ReadLogAsync("writer", new PodLogOptions { Follow = true }, Cancellation);
        using var lines = new StreamReader(log, Encoding.UTF8);

        Assert.Equal("one", await lines.ReadLineAsync(Cancellation));
        Assert.Equal(0, await pods.ExecAsync("writer", ["/bin/sh", "-c", "> /tmp/go"], cancellationToken: Cancellation));
        Assert.Equal("two", await lines.ReadLineAsync(Cancellation));
        Assert.Null(await lines.ReadLineAsync(Cancellation));
        using var last = new StreamReader(await pods.ReadLogAsync("writer", new PodLogOptions { TailLines = 1 }, Cancellation));
        Assert.Equal("two\n", await last.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task An_eviction_heeds_a_disruption_budget()
    {
        await Namespace.StartPodAsync(Shell("kept", "exec sleep 600"), Cancellation);
        await Namespace.WhenPodAsync("kept", IsReady, Cancellation);
        var version = Cluster.Version.IsAtLeast(1, 21) ? "v1" : "v1beta1";
        var budgets = Client.Resource(UntypedObject.Resource("policy", version, "poddisruptionbudgets"), Namespace.Name);
        var budget = new JsonObject
        {
            ["apiVersion"] = "policy/" + version,
            ["kind"] = "PodDisruptionBudget",
            ["metadata"] = new JsonObject { ["name"] = "all" },
            ["spec"] = new JsonObject { ["minAvailable"] = 1, ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "kept" } } },
        };
        await budgets.CreateAsync(budget, cancellationToken: Cancellation);

        var refused = await Assert.ThrowsAsync<KubernetesException>(() => Client.Pods(Namespace.Name).EvictAsync("kept", cancellationToken: Cancellation));
        Assert.True(refused.IsTooManyRequests, refused.Message);
        await budgets.DeleteAsync("all", cancellationToken: Cancellation);
        await WhenEvictedAsync("kept");
        await WhenPodsAsync(found => found.Count == 0);
    }

    private static JsonObject Job(string name, JsonObject pod) => new()
    {
        ["apiVersion"] = "batch/v1",
        ["kind"] = "Job",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject { ["backoffLimit"] = 0, ["template"] = Template(pod) },
    };

    private static JsonObject Template(JsonObject pod) => new()
    {
        ["metadata"] = new JsonObject { ["labels"] = pod["metadata"]!["labels"]!.DeepClone() },
        ["spec"] = pod["spec"]!.DeepClone(),
    };

    // The eviction's view of the budgets trails behind a deletion.
    private async Task WhenEvictedAsync(string name)
    {
        while (true)
        {
            try
            {
                await Client.Pods(Namespace.Name).EvictAsync(name, cancellationToken: Cancellation);
                return;
            }
            catch (KubernetesException e) when (e.IsTooManyRequests)
            {
                Cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task<Dictionary<string, V1Pod>> WhenPodsAsync(Predicate<Dictionary<string, V1Pod>> isRight)
    {
        // From the list on: a watch alone begins with the objects that are there, one by one.
        var list = await Client.Pods(Namespace.Name).ListAllAsync(cancellationToken: Cancellation);
        var pods = list.Items.ToDictionary(pod => pod.Metadata.Name!);
        if (isRight(pods))
        {
            return pods;
        }

        var options = new WatchOptions { ResourceVersion = list.Metadata.ResourceVersion };
        await foreach (var change in Client.Pods(Namespace.Name).WatchAsync(options, Cancellation))
        {
            if (change is { Type: WatchEventType.Deleted, Value: { } gone })
            {
                pods.Remove(gone.Metadata.Name!);
            }
            else if (change.Value is { } pod)
            {
                pods[pod.Metadata.Name!] = pod;
            }

            if (isRight(pods))
            {
                return pods;
            }
        }

        throw new InvalidOperationException($"the watch ended with {pods.Count} pods");
    }

    private async Task<T> WhenAsync<T>(GenericClient<T> client, string name, Predicate<T> isRight)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        await foreach (var change in client.WatchAsync(new WatchOptions { FieldSelector = "metadata.name=" + name }, Cancellation))
        {
            if (change.Value is { } found && isRight(found))
            {
                return found;
            }
        }

        throw new InvalidOperationException($"the watch of {name} ended before it was as wanted");
    }
}
