using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Pods;

namespace Executor.Cluster.Trial;

/// <summary>
/// Starts a store in a namespace that has none, and makes the driver's account and role, so that trying the product on a cluster takes one command.
/// Everything may be repeated; what stands is left as it is.
/// </summary>
internal static class TrialInstallation
{
    private const string DefaultClass = "storageclass.kubernetes.io/is-default-class";
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    /// <summary>Makes what is missing and waits until the store is ready.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="images">The images.</param>
    /// <param name="notice">Is told what was started, and what it waits for.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ClusterException">The store cannot start or did not become ready, or something may not be made.</exception>
    public static async Task EnsureAsync(
        ClusterConnection cluster, ClusterImages images, Action<string> notice, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(notice);
        try
        {
            await EnsureAccountAsync(cluster, cancellationToken);
            if (await ClusterStore.IsThereAsync(cluster, ClusterStore.DefaultService, cancellationToken))
            {
                // Perhaps another command has started it this moment.
                await MendAsync(cluster, images, notice, cancellationToken);
                await WaitAsync(cluster, notice, time, cancellationToken);
                return;
            }

            var isEphemeral = !await HasDefaultStorageClassAsync(cluster, cancellationToken);
            notice(isEphemeral
                ? $"starting a shuffle store in namespace {cluster.NamespaceName}: ephemeral, since the cluster has no default storage class; its data is gone with its pod"
                : $"starting a shuffle store in namespace {cluster.NamespaceName} with a volume claim of 20Gi");
            var speaksTls = await EnsureSecretAsync(cluster, time, cancellationToken);
            if (!isEphemeral)
            {
                await CreateAsync(cluster, KubernetesResources.PersistentVolumeClaims, TrialObjects.Claim(), cancellationToken);
            }

            await CreateAsync(cluster, KubernetesResources.Deployments, TrialObjects.Deployment(images, isEphemeral, speaksTls), cancellationToken);
            await CreateAsync(cluster, KubernetesResources.Services, TrialObjects.Service(), cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound && refusal.Message.Contains($"namespaces \"{cluster.NamespaceName}\"", StringComparison.Ordinal))
        {
            throw new ClusterException(
                $"there is no namespace {cluster.NamespaceName}; `kubectl create namespace {cluster.NamespaceName}` makes it, --namespace names another", refusal);
        }
        catch (KubernetesException refusal) when (refusal.IsForbidden)
        {
            throw new ClusterException(
                $"namespace {cluster.NamespaceName} has no shuffle store, and one cannot be started: {refusal.Message}; have the chart installed, or name a store with --store",
                refusal);
        }

        await WaitAsync(cluster, notice, time, cancellationToken);
    }

    private static async Task EnsureAccountAsync(ClusterConnection cluster, CancellationToken cancellationToken)
    {
        var accounts = KubernetesResources.Untyped("", "v1", "serviceaccounts");
        try
        {
            await cluster.Client.Resource(accounts, cluster.NamespaceName).ReadAsync(DriverJob.Account, cancellationToken);
            return;
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            // It is made below.
        }
        catch (KubernetesException refusal) when (refusal.IsForbidden)
        {
            // Whoever may not look goes by the chart, which makes the account.
            return;
        }

        const string Rbac = "rbac.authorization.k8s.io";
        await CreateAsync(cluster, accounts, TrialObjects.Account(), cancellationToken);
        await CreateAsync(cluster, KubernetesResources.Untyped(Rbac, "v1", "roles"), TrialObjects.Role(), cancellationToken);
        await CreateAsync(cluster, KubernetesResources.Untyped(Rbac, "v1", "rolebindings"), TrialObjects.RoleBinding(), cancellationToken);
    }

    /// <summary>Makes the Secret, or takes the one that stands: of commands that race, all secrets are one command's.</summary>
    /// <returns>Whether there is a certificate in it; somebody's own Secret may have the key alone.</returns>
    private static async Task<bool> EnsureSecretAsync(ClusterConnection cluster, TimeProvider time, CancellationToken cancellationToken)
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var certificates = TrialCertificates.Make(ClusterStore.DefaultService, cluster.NamespaceName, time);
        await CreateAsync(cluster, KubernetesResources.Secrets, TrialObjects.Secret(key, certificates), cancellationToken);
        var secret = await cluster.Client.Secrets(cluster.NamespaceName).ReadAsync(ClusterStore.KeySecret, cancellationToken);
        return secret.Data?.ContainsKey(TrialObjects.CertificateName) == true;
    }

    private static async Task<bool> HasDefaultStorageClassAsync(ClusterConnection cluster, CancellationToken cancellationToken)
    {
        try
        {
            var classes = await cluster.Client.Resource(KubernetesResources.StorageClasses, null).ListAllAsync(cancellationToken: cancellationToken);
            return classes.Items.Any(item => item.Metadata.Annotations?.TryGetValue(DefaultClass, out var value) == true && value == "true");
        }
        catch (KubernetesException refusal) when (refusal.IsForbidden)
        {
            return false;
        }
    }

    private static async Task CreateAsync<T>(
        ClusterConnection cluster, KubernetesResource<T> resource, JsonObject manifest, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        try
        {
            await cluster.Client.Resource(resource, cluster.NamespaceName).CreateAsync(manifest, cancellationToken: cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.IsAlreadyExists)
        {
            // Somebody else was quicker, or an earlier try came as far.
        }
    }

    /// <summary>A store that was started with an image that cannot be had takes this command's: naming the right one and trying again has to do.</summary>
    private static async Task MendAsync(ClusterConnection cluster, ClusterImages images, Action<string> notice, CancellationToken cancellationToken)
    {
        var deployments = cluster.Client.Resource(KubernetesResources.Deployments, cluster.NamespaceName);
        try
        {
            var standing = await deployments.ReadAsync(ClusterStore.DefaultService, cancellationToken);
            var image = standing.Spec?.Template?.Spec?.Containers?.FirstOrDefault(container => container.Name == TrialObjects.Container)?.Image;
            if (standing.Status?.ReadyReplicas is null or 0 && IsTrial(standing) && image != images.Store)
            {
                notice($"the shuffle store in namespace {cluster.NamespaceName} does not run with the image {image}: it is given {images.Store}");
                var patch = new V1Patch(TrialObjects.Images(images), V1Patch.PatchType.StrategicMergePatch);
                await deployments.PatchAsync(patch, ClusterStore.DefaultService, cancellationToken: cancellationToken);
            }
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound || refusal.IsForbidden)
        {
            // Whoever made it knows.
        }
    }

    /// <summary>True of a Deployment that was made here; the chart's belongs to Helm.</summary>
    private static bool IsTrial(V1Deployment deployment) =>
        deployment.Metadata.Labels?.TryGetValue(KubernetesLabels.ManagedBy, out var manager) == true && manager == KubernetesLabels.Executor;

    private static async Task WaitAsync(ClusterConnection cluster, Action<string> notice, TimeProvider time, CancellationToken cancellationToken)
    {
        var deployments = cluster.Client.Resource(KubernetesResources.Deployments, cluster.NamespaceName);
        var start = new PodStart(cluster, "the shuffle store", TrialObjects.Container, notice, time);
        var begun = time.GetTimestamp();
        while (!await IsReadyAsync(deployments, cancellationToken))
        {
            var pod = (await StorePods.FindAsync(cluster, cancellationToken))?.MaxBy(pod => pod.Metadata.CreationTimestamp);
            var reason = pod is null ? null : await start.LookAsync(pod, cancellationToken);
            if (reason is not null)
            {
                throw new ClusterException($"the shuffle store cannot start: {reason}; once that is mended the same command goes on");
            }

            if (time.GetElapsedTime(begun) > ReadyLimit)
            {
                // Of one that is started again and again.
                var ended = pod is not null && StorePods.EndOf(pod) is { } end ? $"it ended with exit code {end.ExitCode} the last time; " : "";
                throw new ClusterException(
                    $"the shuffle store did not become ready in {ReadyLimit.TotalMinutes:0} minutes; {ended}"
                    + $"see kubectl -n {cluster.NamespaceName} describe pods -l {StorePods.Selector}");
            }

            await Task.Delay(Poll, time, cancellationToken);
        }
    }

    /// <summary>True also for a store that is no Deployment of that name, or that may not be looked at: whoever made it knows.</summary>
    private static async Task<bool> IsReadyAsync(GenericClient<V1Deployment> deployments, CancellationToken cancellationToken)
    {
        try
        {
            return (await deployments.ReadAsync(ClusterStore.DefaultService, cancellationToken)).Status?.ReadyReplicas > 0;
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound || refusal.IsForbidden)
        {
            return true;
        }
    }
}
