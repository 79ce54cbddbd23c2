namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>
/// Words of Kubernetes that several rules look for. Those of the API are stable; the kubelet's and the scheduler's reasons have been the same from
/// 1.20 to 1.36 unless a comment says otherwise.
/// </summary>
internal static class PodWords
{
    /// <summary>A pod's phase.</summary>
    public const string Running = "Running";

    /// <summary>A pod's phase.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>A pod's phase.</summary>
    public const string Failed = "Failed";

    /// <summary>A pod's phase that no server sets any more: its node does not answer.</summary>
    public const string Unknown = "Unknown";

    /// <summary>The reason of a container that was ended for its memory; its exit code may be 0 where only a child was.</summary>
    public const string OutOfMemory = "OOMKilled";

    /// <summary>The reason of a pod whose node does not answer, from controllers that do not go by taints.</summary>
    public const string NodeLost = "NodeLost";

    /// <summary>The reason of a pod, and of a Job's condition.</summary>
    public const string DeadlineExceeded = "DeadlineExceeded";

    /// <summary>The condition of a pod that is ended by the platform; beta since 1.26.</summary>
    public const string DisruptionTarget = "DisruptionTarget";

    /// <summary>The condition that tells whether a pod has a node.</summary>
    public const string PodScheduled = "PodScheduled";
}
