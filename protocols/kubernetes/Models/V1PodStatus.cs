using System.Text.Json.Serialization;

namespace Executor.Kubernetes.Models;

/// <summary>What was last seen of a pod (core/v1 PodStatus).</summary>
public sealed class V1PodStatus
{
    /// <summary><c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c> or <c>Unknown</c>.</summary>
    public string? Phase { get; set; }

    /// <summary>One word for why the pod is in this state, such as <c>Evicted</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>For people.</summary>
    public string? Message { get; set; }

    /// <summary>The pod's address.</summary>
    [JsonPropertyName("podIP")]
    public string? PodIP { get; set; }

    /// <summary>The node's address.</summary>
    [JsonPropertyName("hostIP")]
    public string? HostIP { get; set; }

    /// <summary>UTC, when the kubelet acknowledged the pod, before images were pulled.</summary>
    public DateTime? StartTime { get; set; }

    /// <summary><c>Guaranteed</c>, <c>Burstable</c> or <c>BestEffort</c>.</summary>
    public string? QosClass { get; set; }

    /// <summary>Such as <c>PodScheduled</c>, <c>Ready</c>, <c>DisruptionTarget</c>.</summary>
    public IList<V1PodCondition>? Conditions { get; set; }

    /// <summary>One for each container that the kubelet has seen.</summary>
    public IList<V1ContainerStatus>? ContainerStatuses { get; set; }

    /// <summary>One for each init container that the kubelet has seen.</summary>
    public IList<V1ContainerStatus>? InitContainerStatuses { get; set; }

    /// <summary>One for each ephemeral container that the kubelet has seen.</summary>
    public IList<V1ContainerStatus>? EphemeralContainerStatuses { get; set; }
}

/// <summary>One condition of a pod (core/v1 PodCondition).</summary>
public sealed class V1PodCondition
{
    /// <summary>The condition's name.</summary>
    public string? Type { get; set; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string? Status { get; set; }

    /// <summary>One word for why, such as <c>Unschedulable</c> or <c>PreemptionByScheduler</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>For people; the scheduler says here why no node fits.</summary>
    public string? Message { get; set; }

    /// <summary>UTC, when <see cref="Status"/> last changed.</summary>
    public DateTime? LastTransitionTime { get; set; }
}

/// <summary>What was last seen of a container (core/v1 ContainerStatus).</summary>
public sealed class V1ContainerStatus
{
    /// <summary>The container's name in the spec.</summary>
    public string? Name { get; set; }

    /// <summary>The image as the runtime names it.</summary>
    public string? Image { get; set; }

    /// <summary>The image with its digest.</summary>
    [JsonPropertyName("imageID")]
    public string? ImageID { get; set; }

    /// <summary>The runtime's identifier with its scheme, such as <c>containerd://...</c>.</summary>
    [JsonPropertyName("containerID")]
    public string? ContainerID { get; set; }

    /// <summary>True once the start-up probe, if any, has passed.</summary>
    public bool? Started { get; set; }

    /// <summary>True once the readiness probe, if any, passes.</summary>
    public bool Ready { get; set; }

    /// <summary>How often the container was started anew.</summary>
    public int RestartCount { get; set; }

    /// <summary>What it does now.</summary>
    public V1ContainerState? State { get; set; }

    /// <summary>How its run before the last restart ended.</summary>
    public V1ContainerState? LastState { get; set; }
}

/// <summary>At most one of its members is set; none means waiting (core/v1 ContainerState).</summary>
public sealed class V1ContainerState
{
    /// <summary>Not started yet.</summary>
    public V1ContainerStateWaiting? Waiting { get; set; }

    /// <summary>Running.</summary>
    public V1ContainerStateRunning? Running { get; set; }

    /// <summary>Ended.</summary>
    public V1ContainerStateTerminated? Terminated { get; set; }
}

/// <summary>Why a container has not started (core/v1 ContainerStateWaiting).</summary>
public sealed class V1ContainerStateWaiting
{
    /// <summary>One word, such as <c>ContainerCreating</c>, <c>ImagePullBackOff</c>, <c>CreateContainerConfigError</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>For people.</summary>
    public string? Message { get; set; }
}

/// <summary>A running container (core/v1 ContainerStateRunning).</summary>
public sealed class V1ContainerStateRunning
{
    /// <summary>UTC.</summary>
    public DateTime? StartedAt { get; set; }
}

/// <summary>How a container ended (core/v1 ContainerStateTerminated).</summary>
public sealed class V1ContainerStateTerminated
{
    /// <summary>The exit code; 128 + n after signal n. It may be 0 in spite of an out-of-memory kill of a child process.</summary>
    public int ExitCode { get; set; }

    /// <summary>The signal, where the runtime tells it.</summary>
    public int? Signal { get; set; }

    /// <summary>One word, such as <c>Completed</c>, <c>Error</c>, <c>OOMKilled</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>The termination message: at most 4 KiB a container.</summary>
    public string? Message { get; set; }

    /// <summary>UTC.</summary>
    public DateTime? StartedAt { get; set; }

    /// <summary>UTC.</summary>
    public DateTime? FinishedAt { get; set; }

    /// <summary>The runtime's identifier with its scheme.</summary>
    [JsonPropertyName("containerID")]
    public string? ContainerID { get; set; }
}
