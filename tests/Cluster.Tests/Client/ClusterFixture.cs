using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.TestKit.Kubernetes;

namespace Cluster.Tests.Client;

/// <summary>The real cluster, with a namespace for each test. Tests of a class run one after another.</summary>
public abstract class ClusterFixture : IAsyncLifetime
{
    /// <summary>One static busybox; <c>scripts/images build busybox</c> makes it.</summary>
    protected const string BusyBox = "executor/busybox:dev";

    private readonly CancellationTokenSource _limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    /// <summary>Cancelled with the test, and as a guard against hangs.</summary>
    protected CancellationToken Cancellation => _limit.Token;

    protected RealCluster Cluster { get; private set; } = null!;

    protected TestNamespace Namespace { get; private set; } = null!;

    protected KubernetesClient Client => Cluster.Client;

    public async ValueTask InitializeAsync()
    {
        _limit.CancelAfter(TimeSpan.FromMinutes(2));
        Cluster = await RealCluster.ConnectAsync(Cancellation);
        Namespace = await Cluster.CreateNamespaceAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Namespace is not null)
        {
            await Namespace.DisposeAsync();
        }

        Cluster?.Dispose();
        _limit.Dispose();
    }

    protected static bool IsReady(V1Pod pod) => pod.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true;

    protected static JsonObject ConfigMap(string name, params (string Key, string Value)[] data) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["data"] = new JsonObject(data.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
    };

    /// <summary>A pod as small as can be, which runs a shell's words and ends at once when it is deleted.</summary>
    protected static JsonObject Shell(string name, string script) => Pod(name, BusyBox, ["/bin/sh", "-c", script]);

    protected static JsonObject Pod(string name, string image, string[] command) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["app"] = name } },
        ["spec"] = new JsonObject
        {
            ["restartPolicy"] = "Never",
            ["terminationGracePeriodSeconds"] = 0,
            ["automountServiceAccountToken"] = false,
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = "main",
                ["image"] = image,
                ["imagePullPolicy"] = "IfNotPresent",
                ["command"] = new JsonArray([.. command.Select(word => (JsonNode)word)]),
                ["resources"] = JsonNode.Parse("""{"requests": {"cpu": "50m", "memory": "32Mi"}, "limits": {"cpu": "500m", "memory": "128Mi"}}"""),
            }),
        },
    };
}
