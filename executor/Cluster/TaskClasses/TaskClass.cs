using System.Text.Json.Serialization;
using Executor.Kubernetes.Models;

namespace Executor.Cluster.TaskClasses;

/// <summary>
/// The custom resource that stands for a task class (executor.dev/v1alpha1 TaskClass), so that a VPA has something to name as its target. It owns nothing and nothing
/// owns it: it outlives runs, as what is learned of the class does.
/// </summary>
internal sealed class TaskClass : IKubernetesObject<V1ObjectMeta>
{
    /// <summary>The API group.</summary>
    public const string Group = "executor.dev";

    /// <summary>The version.</summary>
    public const string Version = "v1alpha1";

    /// <summary>The kind.</summary>
    public const string KindName = "TaskClass";

    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = $"{Group}/{Version}";

    /// <inheritdoc/>
    public string? Kind { get; set; } = KindName;

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>Which class.</summary>
    public TaskClassSpec? Spec { get; set; }

    /// <summary>What its pods are found by.</summary>
    public TaskClassStatus? Status { get; set; }
}

/// <summary>Which class a <see cref="TaskClass"/> stands for.</summary>
internal sealed class TaskClassSpec
{
    /// <summary>The class that tasks name, or the task where that names none.</summary>
    public string? Class { get; set; }

    /// <summary>The workflow of a task that names no class; null for a class that tasks name, of whatever workflow.</summary>
    public string? Workflow { get; set; }

    /// <summary>Nothing goes by it; <c>/scale</c> has to have it.</summary>
    public int? Replicas { get; set; }
}

/// <summary>What the pods of a <see cref="TaskClass"/> are found by.</summary>
internal sealed class TaskClassStatus
{
    /// <summary>How many pods of the class have not ended.</summary>
    public int? Replicas { get; set; }

    /// <summary>The label selector as text.</summary>
    public string? Selector { get; set; }
}

/// <summary>The custom kinds that sizing by VPA works with.</summary>
internal static class TaskClassResources
{
    /// <summary>executor.dev/v1alpha1 taskclasses.</summary>
    public static KubernetesResource<TaskClass> TaskClasses { get; } = new(
        TaskClass.Group, TaskClass.Version, "taskclasses", true, TaskClassJson.Default.TaskClass, TaskClassJson.Default.KubernetesListTaskClass);

    /// <summary>autoscaling.k8s.io/v1 verticalpodautoscalers.</summary>
    public static KubernetesResource<VerticalPodAutoscaler> Autoscalers { get; } = new(
        VerticalPodAutoscaler.Group,
        "v1",
        "verticalpodautoscalers",
        true,
        TaskClassJson.Default.VerticalPodAutoscaler,
        TaskClassJson.Default.KubernetesListVerticalPodAutoscaler);
}

/// <summary>The contracts of both kinds.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KubernetesList<TaskClass>))]
[JsonSerializable(typeof(KubernetesList<VerticalPodAutoscaler>))]
internal sealed partial class TaskClassJson : JsonSerializerContext;
