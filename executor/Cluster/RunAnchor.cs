using Executor.Hosting;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Pods;

namespace Executor.Cluster;

/// <summary>
/// The object that owns everything of a run in the cluster: whoever deletes it deletes all of it. It says what it takes to find the run's records from
/// its name alone.
/// </summary>
internal static class RunAnchor
{
    private const string RunKey = "run";
    private const string WorkflowKey = "workflow";
    private const string StoreKey = "store";

    /// <summary>Makes the anchor, or takes the one that stands.</summary>
    /// <exception cref="ClusterException">It is being deleted, or the name is taken by something else.</exception>
    /// <exception cref="KubernetesException">The server refuses.</exception>
    public static async Task<ObjectReference> EnsureAsync(
        ClusterConnection cluster, string run, string workflow, IReadOnlyList<Uri> stores, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var maps = cluster.Client.ConfigMaps(cluster.NamespaceName);
        var anchor = Anchor(run, workflow, stores);
        while (true)
        {
            try
            {
                return ReferenceTo(await maps.CreateAsync(anchor, cancellationToken: cancellationToken));
            }
            catch (KubernetesException refusal) when (refusal.IsAlreadyExists)
            {
                // Null where it was deleted between the two calls.
                if (await FindAsync(maps, anchor.Metadata.Name!, cancellationToken) is { } standing)
                {
                    return Taken(standing, run);
                }
            }
        }
    }

    private static async Task<V1ConfigMap?> FindAsync(GenericClient<V1ConfigMap> maps, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await maps.ReadAsync(name, cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            return null;
        }
    }

    private static ObjectReference Taken(V1ConfigMap standing, string run) => standing switch
    {
        { Metadata.DeletionTimestamp: not null } =>
            throw new ClusterException($"run {run} is being deleted (ConfigMap {standing.Metadata.Name}); try again when it is gone"),
        _ when standing.Data?.TryGetValue(RunKey, out var name) != true || name != run =>
            throw new ClusterException($"ConfigMap {standing.Metadata.Name} is there and is not the anchor of run {run}; use another --run-id"),
        _ => ReferenceTo(standing),
    };

    /// <summary>
    /// The addresses that the run's attempts are given: those that its first driver found, for as long as the last of them, which leads to any pod, is the
    /// store's. Other ones would make other descriptors, by which a driver does not know the attempts again that stand; a store that is somewhere else is of
    /// no use to those anyway.
    /// </summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="anchor">The anchor.</param>
    /// <param name="stores">The addresses as they are found now.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="KubernetesException">The server refuses.</exception>
    public static async Task<IReadOnlyList<Uri>> StoresAsync(
        ClusterConnection cluster, ObjectReference anchor, IReadOnlyList<Uri> stores, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var standing = await FindAsync(cluster.Client.ConfigMaps(cluster.NamespaceName), anchor.Name, cancellationToken);
        return standing?.Data?.TryGetValue(StoreKey, out var text) == true && StoreAddress.TryParse(text) is { } recorded && recorded[^1] == stores[^1]
            ? recorded
            : stores;
    }

    /// <summary>The anchor.</summary>
    public static V1ConfigMap Anchor(string run, string workflow, IReadOnlyList<Uri> stores) => new()
    {
        Metadata = new V1ObjectMeta { Name = ObjectNames.Anchor(run), Labels = LabelsOf(run, workflow, KubernetesLabels.RunComponent) },
        Data = new Dictionary<string, string> { [RunKey] = run, [WorkflowKey] = workflow, [StoreKey] = string.Join(',', stores) },
    };

    /// <summary>The Secret that task pods take the run's key from, and the authorities of a store that has some of its own.</summary>
    public static V1Secret Secret(string run, string workflow, ObjectReference anchor, string runKey, string? storeAuthorities) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = ObjectNames.RunSecret(run, anchor.Uid, runKey, storeAuthorities),
            Labels = LabelsOf(run, workflow, KubernetesLabels.RunComponent),
            OwnerReferences = [OwnedBy(anchor)],
        },
        Immutable = true,
        StringData = storeAuthorities is null
            ? new Dictionary<string, string> { [PodFactory.RunSecretKey] = runKey }
            : new Dictionary<string, string> { [PodFactory.RunSecretKey] = runKey, [PodFactory.StoreAuthoritiesKey] = storeAuthorities },
    };

    /// <summary>An anchor as objects refer to it that are made on paper only, before it stands.</summary>
    public static ObjectReference Unmade(string run) => new("v1", "ConfigMap", ObjectNames.Anchor(run), "");

    /// <summary>Makes the Secret of <see cref="Secret"/>, or leaves the one that stands.</summary>
    public static async Task EnsureSecretAsync(
        ClusterConnection cluster,
        string run,
        string workflow,
        ObjectReference anchor,
        string runKey,
        string? storeAuthorities,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        try
        {
            await cluster.Client.Secrets(cluster.NamespaceName).CreateAsync(Secret(run, workflow, anchor, runKey, storeAuthorities), cancellationToken: cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.IsAlreadyExists)
        {
            // The name is a function of all that is in it: what stands is the same.
        }
    }

    /// <summary>Deletes the anchor, and so everything that it owns, which the cluster then does by itself.</summary>
    /// <returns>False if there was none.</returns>
    /// <exception cref="KubernetesException">The server refuses.</exception>
    public static async Task<bool> DeleteAsync(ClusterConnection cluster, string run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var maps = cluster.Client.ConfigMaps(cluster.NamespaceName);
        try
        {
            await maps.DeleteAsync(
                ObjectNames.Anchor(run), new V1DeleteOptions { PropagationPolicy = V1DeleteOptions.Background }, cancellationToken);
            return true;
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            return false;
        }
    }

    /// <summary>The owner reference to a run's anchor.</summary>
    public static V1OwnerReference OwnedBy(ObjectReference anchor)
    {
        ArgumentNullException.ThrowIfNull(anchor);
        return new V1OwnerReference { ApiVersion = anchor.ApiVersion, Kind = anchor.Kind, Name = anchor.Name, Uid = anchor.Uid };
    }

    /// <summary>The labels of a run's own objects.</summary>
    public static Dictionary<string, string> LabelsOf(string run, string workflow, string component) => new()
    {
        [KubernetesLabels.ManagedBy] = KubernetesLabels.Executor,
        [KubernetesLabels.Component] = component,
        [KubernetesLabels.Run] = run,
        [KubernetesLabels.Workflow] = workflow,
    };

    private static ObjectReference ReferenceTo(V1ConfigMap anchor) => new("v1", "ConfigMap", anchor.Metadata.Name!, anchor.Metadata.Uid!);
}
