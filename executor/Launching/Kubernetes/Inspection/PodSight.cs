using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>All that is known of an attempt's pod at one moment.</summary>
internal sealed record PodSight
{
    /// <summary>The pod as it was last seen.</summary>
    public required V1Pod Pod { get; init; }

    /// <summary>The name of the container that the task runner is process 1 of.</summary>
    public required string TaskContainer { get; init; }

    /// <summary>The name of the init container that brings the runner; null where the image has it.</summary>
    public string? RunnerContainer { get; init; }

    /// <summary>The pod's recent events; see <see cref="EventsRead"/>.</summary>
    public IReadOnlyList<Corev1Event> Events { get; init; } = [];

    /// <summary>
    /// True if <see cref="Events"/> were read for this very inspection, or may not be read at all. False leaves verdicts that depend on them open
    /// and sets <see cref="PodInspection.WantsEvents"/>.
    /// </summary>
    public bool EventsRead { get; init; }

    /// <summary>The times.</summary>
    public required PendingRules Rules { get; init; }

    /// <summary>The most that any node offers; null where that is not known.</summary>
    public NodeSize? LargestNode { get; init; }

    /// <summary>When this executor first saw the pod, by its own clock: an executor that adopts a pod starts all graces anew.</summary>
    public required DateTimeOffset FirstSeen { get; init; }

    /// <summary>The time, by the same clock.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The inspection before this one of the same pod; it carries since when the pod waits for what. Null at first.</summary>
    public PodInspection? Before { get; init; }
}

/// <summary>What pods may request of a node (its <c>allocatable</c>).</summary>
/// <param name="Cpu">Processors.</param>
/// <param name="Memory">Bytes.</param>
internal readonly record struct NodeSize(ResourceQuantity Cpu, ResourceQuantity Memory);
