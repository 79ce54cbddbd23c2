namespace Executor.Cluster;

/// <summary>
/// The rights in the namespace that each role needs, rule by rule with the call that needs it. The chart, the trial installation and <c>executor
/// doctor</c> all go by these lists; the end-to-end tests run with exactly them.
/// </summary>
internal static class AccessRules
{
    /// <summary>What the driver of a run needs, in a pod or on a laptop.</summary>
    public static IReadOnlyList<AccessRule> Driver { get; } =
    [
        new("batch", "jobs", ["create", "get", "list", "patch", "delete", "deletecollection"], "launch, watch and release attempts"),
        new("batch", "jobs/status", ["patch"], "write the outcome of Jobs that the server leaves to the executor (Kubernetes 1.32 and later)"),
        new("", "pods", ["create", "get", "list", "watch", "delete"], "watch attempts, and make the pods of Jobs that the server leaves to the executor"),
        new("", "configmaps", ["create", "get", "list", "watch", "patch"], "make and watch the run's anchor, and say what owns it"),
        new("", "secrets", ["create"], "make the Secret with the run's key"),
        new("coordination.k8s.io", "leases", ["create", "get", "update"], "hold the run's Lease"),
        new("", "events", ["list"], "say why a pod does not start"),
        new("", "resourcequotas", ["list", "watch"], "hold launches that a quota has no room for"),
        new("", "services", ["get"], "find the store"),
        new("metrics.k8s.io", "pods", ["list"], "show what attempts use while they run, where there is a metrics server"),
    ];

    /// <summary>What a person needs who submits, follows and deletes runs from outside the cluster.</summary>
    public static IReadOnlyList<AccessRule> User { get; } =
    [
        new("", "services", ["get"], "find the store"),
        new("", "secrets", ["get"], "read the store's master key", ClusterStore.KeySecret),
        new("", "pods", ["get", "list", "watch"], "find the store's pod and the driver's"),
        new("", "pods/portforward", ["create", "get"], "reach the store through the API server"),
        new("", "pods/log", ["get"], "follow the driver, and the logs of attempts that run"),
        new("", "configmaps", ["create", "get", "list", "delete"], "make a run's anchor, find the anchors of all runs, delete one"),
        new("batch", "jobs", ["create", "get", "list", "watch", "delete", "deletecollection"], "submit the driver's Job, and clear away what drivers left"),
        new("batch", "jobs/status", ["patch"], "write the outcome of Jobs that a dead driver has left"),
        new("coordination.k8s.io", "leases", ["get"], "know whether a run has a driver"),
        new("", "events", ["list"], "say why a driver does not start"),
        new("metrics.k8s.io", "pods", ["list"], "show what attempts use while they run, where there is a metrics server"),
    ];

    /// <summary>What <c>executor doctor</c> looks at in addition; without it a finding is missing, and nothing else.</summary>
    public static IReadOnlyList<AccessRule> Examination { get; } =
    [
        new("", "resourcequotas", ["list"], "say how full the quotas are"),
        new("", "limitranges", ["list"], "say whether limit ranges leave room for tasks"),
    ];

    /// <summary>What lets a driver know the largest node, for all of the cluster; without it the cluster's refusals tell.</summary>
    public static IReadOnlyList<AccessRule> Nodes { get; } =
    [
        new("", "nodes", ["list", "watch"], "know the largest node"),
    ];

    /// <summary>What lets a driver show live usage where there is no metrics server, for all of the cluster; without it none is shown there.</summary>
    public static IReadOnlyList<AccessRule> Kubelets { get; } =
    [
        new("", "nodes/proxy", ["get"], "read the kubelets' summaries, where there is no metrics server"),
    ];

    /// <summary>What a driver needs, beside its other rights, to size classes by VPA.</summary>
    public static IReadOnlyList<AccessRule> VpaDriver { get; } =
    [
        new("executor.dev", "taskclasses", ["create", "get"], "make what a VPA names as its target"),
        new("executor.dev", "taskclasses/status", ["patch"], "say which pods are the class's"),
        new("autoscaling.k8s.io", "verticalpodautoscalers", ["list"], "read what VPA recommends"),
    ];

    /// <summary>What <c>executor doctor</c> looks at where classes are sized by VPA.</summary>
    public static IReadOnlyList<AccessRule> VpaExamination { get; } =
    [
        new("executor.dev", "taskclasses", ["get", "list"], "say which classes there are"),
        new("executor.dev", "taskclasses/scale", ["get"], "say which pods a VPA would see"),
        new("autoscaling.k8s.io", "verticalpodautoscalers", ["list"], "say which VPA is a class's"),
    ];

    /// <summary>What it takes, beside the user's rights, to start a store in a namespace that has none.</summary>
    public static IReadOnlyList<AccessRule> Trial { get; } =
    [
        new("", "services", ["create", "patch"], "the store's Service"),
        new("", "secrets", ["create"], "the store's master key"),
        new("", "persistentvolumeclaims", ["create", "get"], "the store's volume"),
        new("apps", "deployments", ["create", "get", "patch"], "the store's pod"),
        new("", "serviceaccounts", ["create", "patch"], "the driver's account"),
        new("rbac.authorization.k8s.io", "roles", ["create", "patch"], "the driver's role"),
        new("rbac.authorization.k8s.io", "rolebindings", ["create", "patch"], "the driver's role"),
    ];
}

/// <summary>A right to some calls.</summary>
/// <param name="Group">The API group; empty for core.</param>
/// <param name="Resource">The resource, with its subresource behind a slash.</param>
/// <param name="Verbs">What may be done.</param>
/// <param name="Why">Which call of the product needs it.</param>
/// <param name="Name">The one object that it is about; null for all of the namespace.</param>
internal sealed record AccessRule(string Group, string Resource, IReadOnlyList<string> Verbs, string Why, string? Name = null);
