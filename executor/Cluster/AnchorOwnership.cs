using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Pods;

namespace Executor.Cluster;

/// <summary>A pod that a run lives and dies with: a step of another workflow engine.</summary>
/// <param name="Name">Its name, in the run's namespace.</param>
/// <param name="Uid">Its UID.</param>
internal sealed record StepPod(string Name, string Uid);

/// <summary>
/// Settles what owns a run's anchor, and with it everything of the run in the cluster: nothing, or the pod of a step, with which the garbage collector
/// then deletes it all. Whoever goes on with a run decides it anew.
/// </summary>
internal static class AnchorOwnership
{
    /// <summary>Makes the run's anchor, or takes the one that stands, and gives it the owner.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="run">The run.</param>
    /// <param name="workflow">The workflow's name.</param>
    /// <param name="stores">The store's addresses in the cluster.</param>
    /// <param name="owner">The owner; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ClusterException">There is no such pod, or <see cref="RunAnchor.EnsureAsync"/> says so.</exception>
    /// <exception cref="KubernetesException">The server refuses.</exception>
    public static async Task<ObjectReference> EnsureAsync(
        ClusterConnection cluster, string run, string workflow, IReadOnlyList<Uri> stores, StepPod? owner, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        if (owner is not null)
        {
            await CheckAsync(cluster, owner, cancellationToken);
        }

        // The garbage collector may be about to delete an anchor whose owner is gone: then there is none, and one is made.
        while (true)
        {
            var anchor = await RunAnchor.EnsureAsync(cluster, run, workflow, stores, cancellationToken);
            if (await TrySettleAsync(cluster.Client.ConfigMaps(cluster.NamespaceName), anchor, owner, cancellationToken))
            {
                return anchor;
            }
        }
    }

    // An owner that is not there, or not in this namespace, would have everything deleted at once.
    private static async Task CheckAsync(ClusterConnection cluster, StepPod owner, CancellationToken cancellationToken)
    {
        var found = "no pod of that name";
        try
        {
            var pod = await cluster.Client.Pods(cluster.NamespaceName).ReadAsync(owner.Name, cancellationToken);
            if (pod.Metadata.Uid == owner.Uid)
            {
                return;
            }

            found = $"one with UID {pod.Metadata.Uid}";
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            // Told below.
        }

        throw new ClusterException(
            $"--owner step: expected the pod {owner.Name} with UID {owner.Uid} in namespace {cluster.NamespaceName}, found {found}; "
            + $"{ClusterVariables.PodName} and {ClusterVariables.PodUid} come from metadata.name and metadata.uid, and runs must be in the step's namespace");
    }

    private static async Task<bool> TrySettleAsync(
        GenericClient<V1ConfigMap> maps, ObjectReference anchor, StepPod? owner, CancellationToken cancellationToken)
    {
        try
        {
            var standing = await maps.ReadAsync(anchor.Name, cancellationToken);
            if (standing.Metadata.Uid != anchor.Uid)
            {
                return false;
            }

            IList<V1OwnerReference> owners = standing.Metadata.OwnerReferences ?? [];
            if (owner is null ? owners.Count == 0 : owners.Count == 1 && owners[0].Uid == owner.Uid)
            {
                return true;
            }

            var change = new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["uid"] = anchor.Uid,
                    ["resourceVersion"] = standing.Metadata.ResourceVersion,
                    ["ownerReferences"] = owner is null
                        ? new JsonArray()
                        : new JsonArray(JobFactory.OwnerReference(new ObjectReference("v1", "Pod", owner.Name, owner.Uid))),
                },
            };
            await maps.PatchAsync(new V1Patch(change, V1Patch.PatchType.MergePatch), anchor.Name, cancellationToken: cancellationToken);
            return true;
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound || refusal.IsConflict)
        {
            return false;
        }
    }
}
