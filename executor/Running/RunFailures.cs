using Executor.Building;
using Executor.Bundling;
using Executor.Cluster;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Hosting;
using Executor.Journaling;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Config;
using Executor.Launching;
using Executor.Launching.Kubernetes.Watching;

namespace Executor.Running;

/// <summary>Which exit code a command ends with that cannot go on.</summary>
internal static class RunFailures
{
    /// <summary>The exit code; null for an exception that is a defect and not to be caught.</summary>
    public static int? ExitCodeOf(Exception exception) => exception switch
    {
        TaskBuildException or BundleException or RunConflictException or KubeConfigException or LaunchException => ExitCodes.InvalidInput,
        JournalException or ClusterException or KubernetesException or AnchorDeletedException => ExitCodes.InfrastructureUnavailable,
        _ when StoreConnection.IsUnavailable(exception) => ExitCodes.InfrastructureUnavailable,
        _ => null,
    };
}
