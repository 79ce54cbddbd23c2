using Executor.Contracts.Identity;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Pods;

namespace Executor.Benchmarks.ClusterScale;

/// <summary>What the fake nodes have seen, by attempt. Times are of the monotonic clock, which all processes of a machine share.</summary>
/// <param name="PodSeen">When the watch first showed the pod.</param>
/// <param name="EndSent">When the status that says that the pod has ended was sent.</param>
internal sealed record Sightings(Dictionary<string, long> PodSeen, Dictionary<string, long> EndSent)
{
    /// <summary>How an attempt is called here.</summary>
    internal static string Key(AttemptId attempt) => $"{attempt.Run}/{attempt.Task}/{attempt.Index}";

    /// <summary>How a pod's attempt is called here.</summary>
    internal static string Key(V1ObjectMeta pod) => AttemptIdentity.Of(pod) is { } attempt ? Key(attempt) : "";
}
