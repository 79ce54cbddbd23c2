using Executor.Kubernetes.Models;

namespace Executor.Cluster.TaskClasses;

/// <summary>
/// A vertical pod autoscaler (autoscaling.k8s.io/v1 VerticalPodAutoscaler): what is read of it here. Written by people, its status by the recommender.
/// </summary>
internal sealed class VerticalPodAutoscaler : IKubernetesObject<V1ObjectMeta>
{
    /// <summary>The API group.</summary>
    public const string Group = "autoscaling.k8s.io";

    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = $"{Group}/v1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "VerticalPodAutoscaler";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>What it looks at, and what it does about it.</summary>
    public VpaSpec? Spec { get; set; }

    /// <summary>What it has found.</summary>
    public VpaStatus? Status { get; set; }
}

/// <summary>What a VPA looks at.</summary>
internal sealed class VpaSpec
{
    /// <summary>The controller whose pods it looks at.</summary>
    public VpaTargetReference? TargetRef { get; set; }

    /// <summary>What it does about them.</summary>
    public VpaUpdatePolicy? UpdatePolicy { get; set; }
}

/// <summary>The target of a VPA (autoscaling/v1 CrossVersionObjectReference).</summary>
internal sealed class VpaTargetReference
{
    /// <summary>The group and version.</summary>
    public string? ApiVersion { get; set; }

    /// <summary>The kind.</summary>
    public string? Kind { get; set; }

    /// <summary>The name, in the VPA's own namespace.</summary>
    public string? Name { get; set; }
}

/// <summary>What a VPA does about its pods.</summary>
internal sealed class VpaUpdatePolicy
{
    /// <summary><c>Off</c>: it recommends. Anything else, and the default: it changes pods as well.</summary>
    public string? UpdateMode { get; set; }
}

/// <summary>What a VPA has found.</summary>
internal sealed class VpaStatus
{
    /// <summary>What it recommends; null while it does not know.</summary>
    public VpaRecommendation? Recommendation { get; set; }

    /// <summary>How it stands.</summary>
    public IList<VpaCondition>? Conditions { get; set; }
}

/// <summary>What a VPA recommends.</summary>
internal sealed class VpaRecommendation
{
    /// <summary>By container.</summary>
    public IList<VpaContainerRecommendation>? ContainerRecommendations { get; set; }
}

/// <summary>What a VPA recommends for a container.</summary>
internal sealed class VpaContainerRecommendation
{
    /// <summary>The container.</summary>
    public string? ContainerName { get; set; }

    /// <summary>What it should request, within the VPA's own bounds.</summary>
    public IDictionary<string, ResourceQuantity>? Target { get; set; }
}

/// <summary>How a VPA stands in one respect.</summary>
internal sealed class VpaCondition
{
    /// <summary>Which, such as <c>RecommendationProvided</c>.</summary>
    public string? Type { get; set; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string? Status { get; set; }

    /// <summary>Why, in its own words.</summary>
    public string? Message { get; set; }
}
