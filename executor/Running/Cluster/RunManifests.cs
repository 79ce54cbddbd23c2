using System.Text.Json.Nodes;
using Executor.Cluster;
using Executor.Cluster.Trial;
using Executor.Contracts.Integrity;
using Executor.Hosting;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Pods;
using Executor.Planning;
using Executor.Shuffle.Channel.Flight;

namespace Executor.Running.Cluster;

/// <summary>
/// The objects that a run will have in a cluster, made without one: what only the cluster or the store can say stands for itself, such as
/// <c>UID-OF-THE-ANCHOR</c>, and code that is packed when the run is submitted is left out of descriptors.
/// </summary>
internal static class RunManifests
{
    private const string AnchorUid = "UID-OF-THE-ANCHOR";
    private const string Key = "KEY-OF-THE-RUN";
    private const string Authority = "AUTHORITY-OF-THE-STORE";

    /// <summary>The anchor, the Secret of the run's key without the key, the driver's Job, and the Job of the first attempt of every task's first instance.</summary>
    /// <exception cref="Launching.LaunchException">A task's fields do not make a pod that can run an attempt.</exception>
    public static IReadOnlyList<JsonObject> Of(ResolvedWorkflow resolved, string run, ClusterOptions options)
    {
        var plan = resolved.Plan;
        var stores = options.Store ?? [new Uri($"https://{options.StoreService}:{TrialObjects.Port}")];
        var trust = TrustIn(options);
        var anchor = RunAnchor.Unmade(run) with { Uid = AnchorUid };
        var factory = new JobFactory(KubernetesBackend.PodsOf(options, plan, run, anchor, Key, trust), plan.Tasks.ToDictionary(task => task.Name));
        var descriptors = new DescriptorFactory(plan, run, stores);
        factory.Check(plan, descriptors);
        var submission = new Submission { Workflow = Sha256Hex.Of(resolved.Serialize()), Code = new Dictionary<string, CodeLocation>() };
        List<JsonObject> manifests =
        [
            ToJson(RunAnchor.Anchor(run, plan.Workflow, stores), KubernetesResources.ConfigMaps),
            ToJson(RunAnchor.Secret(run, plan.Workflow, anchor, Key, trust?.Authorities), KubernetesResources.Secrets),
            DriverJob.Create(run, plan.Workflow, anchor, stores, options.StoreServerName, Sha256Hex.Of(submission.Serialize()), options),
            .. Enumerable.Range(0, plan.Tasks.Count).Where(task => plan.Tasks[task].Instances > 0).Select(task => JobOf(factory, descriptors, task)),
        ];
        if (options.NamespaceName is { } name)
        {
            manifests.ForEach(manifest => manifest["metadata"]!["namespace"] = name);
        }

        return manifests;
    }

    // A store in the namespace speaks TLS by an authority of its own, unless the chart was told otherwise.
    private static StoreTrust? TrustIn(ClusterOptions options) => options.Store is { } named
        ? new StoreCredentials([], null).TrustAt(named[0], options.StoreAuthorities, options.StoreServerName)
        : new StoreTrust(options.StoreAuthorities ?? Authority, options.StoreServerName);

    private static JsonObject JobOf(JobFactory factory, DescriptorFactory descriptors, int task)
    {
        var descriptor = descriptors.CreateFirst(task);
        var encoded = JobFactory.Encode(descriptor);
        return factory.Create(descriptor, encoded, encoded.Length > JobFactory.MaxInlineDescriptor, []);
    }

    private static JsonObject ToJson<T>(T item, KubernetesResource<T> resource)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        KubernetesJson.ToJsonObject(item, resource);
}
