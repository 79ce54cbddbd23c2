using Executor.Launching.Kubernetes.Inspection;

namespace Executor.Launching.Kubernetes;

/// <summary>How attempts are run on a cluster.</summary>
internal sealed record KubernetesLauncherOptions
{
    /// <summary>The namespace of everything.</summary>
    public required string NamespaceName { get; init; }

    /// <summary>The run.</summary>
    public required string Run { get; init; }

    /// <summary>The most attempts at a time. Default 10,000: the cluster, its quotas and the limit on pending pods are what bounds them.</summary>
    public int Capacity { get; init; } = 10_000;

    /// <summary>For how long a pod may stay pending, by reason.</summary>
    public PendingRules Pending { get; init; } = new();

    /// <summary>True to leave Jobs and pods of ended attempts where they are, until the run is deleted.</summary>
    public bool KeepJobs { get; init; }
}
