using System.Globalization;
using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;

namespace Executor.TestKit.Kubernetes.FakeNodes;

/// <summary>
/// One machine that is not there: a Node that is ready, and a Lease that is renewed, which is all by which a cluster knows that a machine lives. Its taint
/// keeps away what does not ask for it.
/// </summary>
internal sealed class FakeNode(KubernetesClient client, FakeNodeOptions options, string name)
{
    /// <summary>The key of label and taint.</summary>
    public const string PoolKey = "executor.dev/fake-nodes";

    // A kubelet has 40 s, and renews every 10. A cluster for tests may give a node up within 10.
    private const int LeaseSeconds = 40;
    private static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(2);

    private readonly GenericClient<V1Lease> _leases = client.Leases("kube-node-lease");

    /// <summary>The node's name, which is its host name too.</summary>
    public string Name => name;

    /// <summary>True once nothing is heard of it any more.</summary>
    public bool IsLost { get; set; }

    /// <summary>Makes Node and Lease.</summary>
    public async Task RegisterAsync(CancellationToken cancellationToken)
    {
        var node = await client.Nodes.CreateAsync(
            new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Node",
                ["metadata"] = new JsonObject
                {
                    ["name"] = name,
                    ["labels"] = new JsonObject { [PoolKey] = options.Pool, ["kubernetes.io/hostname"] = name },
                },
                ["spec"] = new JsonObject
                {
                    ["taints"] = new JsonArray(new JsonObject { ["key"] = PoolKey, ["value"] = options.Pool, ["effect"] = "NoSchedule" }),
                },
            },
            cancellationToken: cancellationToken);
        await client.Nodes.PatchStatusAsync(new V1Patch(new JsonObject { ["status"] = Status() }, V1Patch.PatchType.MergePatch), name, cancellationToken: cancellationToken);
        await _leases.CreateAsync(
            new V1Lease
            {
                Metadata = new V1ObjectMeta
                {
                    Name = name,
                    OwnerReferences = [new V1OwnerReference { ApiVersion = "v1", Kind = "Node", Name = name, Uid = node.Metadata.Uid! }],
                },
                Spec = new V1LeaseSpec { HolderIdentity = name, LeaseDurationSeconds = LeaseSeconds, RenewTime = options.TimeProvider.GetUtcNow().UtcDateTime },
            },
            cancellationToken: cancellationToken);
    }

    /// <summary>Renews the Lease until the node is lost or the call is cancelled.</summary>
    public async Task LiveAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(RenewInterval, options.TimeProvider);
        while (await timer.WaitForNextTickAsync(cancellationToken) && !IsLost)
        {
            var renewed = options.TimeProvider.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
            var patch = new V1Patch(new JsonObject { ["spec"] = new JsonObject { ["renewTime"] = renewed } }, V1Patch.PatchType.MergePatch);
            try
            {
                await _leases.PatchAsync(patch, name, cancellationToken: cancellationToken);
            }
            catch (KubernetesException failure) when (!failure.IsNotFound)
            {
                // The next tick comes long before the node is given up.
            }
        }
    }

    /// <summary>Takes Node and Lease away; what is gone is no error.</summary>
    public async Task UnregisterAsync()
    {
        foreach (var delete in (Func<Task>[])[() => client.Nodes.DeleteAsync(name), () => _leases.DeleteAsync(name)])
        {
            try
            {
                await delete();
            }
            catch (KubernetesException failure) when (failure.IsNotFound)
            {
                // Deleted with its node, or by the test.
            }
        }
    }

    private JsonObject Status()
    {
        var amounts = new JsonObject
        {
            ["cpu"] = options.Cpu,
            ["memory"] = options.Memory,
            ["pods"] = options.PodsPerNode.ToString(CultureInfo.InvariantCulture),
            ["ephemeral-storage"] = "1Ti",
        };
        var now = PodStatuses.Time(options.TimeProvider);
        return new JsonObject
        {
            ["capacity"] = amounts,
            ["allocatable"] = amounts.DeepClone(),
            ["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = "Ready",
                ["status"] = "True",
                ["reason"] = "KubeletReady",
                ["message"] = "a fake node is always ready",
                ["lastHeartbeatTime"] = now,
                ["lastTransitionTime"] = now,
            }),
            ["nodeInfo"] = new JsonObject
            {
                ["architecture"] = "amd64",
                ["operatingSystem"] = "linux",
                ["kubeletVersion"] = "v0.0.0-fake",
                ["bootID"] = "",
                ["containerRuntimeVersion"] = "",
                ["kernelVersion"] = "",
                ["kubeProxyVersion"] = "",
                ["machineID"] = "",
                ["osImage"] = "",
                ["systemUUID"] = "",
            },
        };
    }
}
