using System.Text.Json.Serialization;

namespace Executor.Kubernetes.Models;

/// <summary>One pod (core/v1 Pod).</summary>
public sealed class V1Pod : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = "v1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "Pod";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>What was asked for.</summary>
    public V1PodSpec? Spec { get; set; }

    /// <summary>What was last seen of it.</summary>
    public V1PodStatus? Status { get; set; }
}

/// <summary>A pod's spec (core/v1 PodSpec). Pods with more than these fields are created from JSON.</summary>
public sealed class V1PodSpec
{
    /// <summary>The containers that run side by side.</summary>
    public IList<V1Container>? Containers { get; set; }

    /// <summary>The containers that run first, and sidecars.</summary>
    public IList<V1Container>? InitContainers { get; set; }

    /// <summary><c>Always</c>, <c>OnFailure</c> or <c>Never</c>.</summary>
    public string? RestartPolicy { get; set; }

    /// <summary>The node that the pod is bound to; null while it is pending.</summary>
    public string? NodeName { get; set; }

    /// <summary>Labels that a node must have.</summary>
    public IDictionary<string, string>? NodeSelector { get; set; }

    /// <summary>The scheduler's name; null for the default one.</summary>
    public string? SchedulerName { get; set; }

    /// <summary>The priority class.</summary>
    public string? PriorityClassName { get; set; }

    /// <summary>The service account; null for <c>default</c>.</summary>
    public string? ServiceAccountName { get; set; }

    /// <summary>Seconds that the pod may be active, from its start.</summary>
    public long? ActiveDeadlineSeconds { get; set; }

    /// <summary>Seconds between SIGTERM and SIGKILL; the server's default is 30.</summary>
    public long? TerminationGracePeriodSeconds { get; set; }

    /// <summary>The taints that the pod tolerates.</summary>
    public IList<V1Toleration>? Tolerations { get; set; }

    /// <summary>The volumes that containers mount.</summary>
    public IList<V1Volume>? Volumes { get; set; }
}

/// <summary>A volume of a pod, with those of its sources that hold data (core/v1 Volume).</summary>
public sealed class V1Volume
{
    /// <summary>Unique in the pod.</summary>
    public string? Name { get; set; }

    /// <summary>A folder of the node that is deleted with the pod; null for other volumes.</summary>
    public V1EmptyDirVolumeSource? EmptyDir { get; set; }

    /// <summary>A claim of the namespace; null for other volumes.</summary>
    public V1PersistentVolumeClaimVolumeSource? PersistentVolumeClaim { get; set; }
}

/// <summary>A folder that lives as long as its pod (core/v1 EmptyDirVolumeSource).</summary>
public sealed class V1EmptyDirVolumeSource
{
    /// <summary>Where it is kept: empty for the node's disk, <c>Memory</c> for its memory.</summary>
    public string? Medium { get; set; }
}

/// <summary>A reference to a claim (core/v1 PersistentVolumeClaimVolumeSource).</summary>
public sealed class V1PersistentVolumeClaimVolumeSource
{
    /// <summary>The claim's name.</summary>
    public string? ClaimName { get; set; }
}

/// <summary>One container of a spec (core/v1 Container).</summary>
public sealed class V1Container
{
    /// <summary>Unique in the pod.</summary>
    public string? Name { get; set; }

    /// <summary>The image's reference.</summary>
    public string? Image { get; set; }

    /// <summary><c>Always</c>, <c>IfNotPresent</c> or <c>Never</c>.</summary>
    public string? ImagePullPolicy { get; set; }

    /// <summary>Replaces the image's entry point.</summary>
    public IList<string>? Command { get; set; }

    /// <summary>Replaces the image's arguments.</summary>
    public IList<string>? Args { get; set; }

    /// <summary>Variables with literal values; those from references are read without a value.</summary>
    public IList<V1EnvVar>? Env { get; set; }

    /// <summary>The ports that the container says it listens on.</summary>
    public IList<V1ContainerPort>? Ports { get; set; }

    /// <summary>Requests and limits.</summary>
    public V1ResourceRequirements? Resources { get; set; }

    /// <summary><c>Always</c> marks an init container as a sidecar.</summary>
    public string? RestartPolicy { get; set; }

    /// <summary>The file whose text becomes the termination message; <c>/dev/termination-log</c> by default.</summary>
    public string? TerminationMessagePath { get; set; }

    /// <summary><c>File</c> or <c>FallbackToLogsOnError</c>.</summary>
    public string? TerminationMessagePolicy { get; set; }
}

/// <summary>A port of a container (core/v1 ContainerPort).</summary>
public sealed class V1ContainerPort
{
    /// <summary>By which services may name it; null for none.</summary>
    public string? Name { get; set; }

    /// <summary>The port.</summary>
    public int ContainerPort { get; set; }
}

/// <summary>One environment variable (core/v1 EnvVar).</summary>
public sealed class V1EnvVar
{
    /// <summary>The variable.</summary>
    public string? Name { get; set; }

    /// <summary>Its literal value.</summary>
    public string? Value { get; set; }
}

/// <summary>Resources by name: <c>cpu</c>, <c>memory</c>, <c>ephemeral-storage</c>, extended ones (core/v1 ResourceRequirements).</summary>
public sealed class V1ResourceRequirements
{
    /// <summary>What the scheduler sets aside.</summary>
    public IDictionary<string, ResourceQuantity>? Requests { get; set; }

    /// <summary>What the container cannot exceed.</summary>
    public IDictionary<string, ResourceQuantity>? Limits { get; set; }
}

/// <summary>A taint that a pod bears (core/v1 Toleration).</summary>
public sealed class V1Toleration
{
    /// <summary>The taint's key; null with operator <c>Exists</c> for all.</summary>
    public string? Key { get; set; }

    /// <summary><c>Exists</c> or <c>Equal</c>.</summary>
    [JsonPropertyName("operator")]
    public string? OperatorProperty { get; set; }

    /// <summary>The taint's value with operator <c>Equal</c>.</summary>
    public string? Value { get; set; }

    /// <summary><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>; null for all.</summary>
    public string? Effect { get; set; }

    /// <summary>Seconds that a <c>NoExecute</c> taint is borne; null for ever.</summary>
    public long? TolerationSeconds { get; set; }
}

/// <summary>Metadata and spec of the pods that a controller makes (core/v1 PodTemplateSpec).</summary>
public sealed class V1PodTemplateSpec
{
    /// <summary>Labels and annotations of the pods.</summary>
    public V1ObjectMeta? Metadata { get; set; }

    /// <summary>Spec of the pods.</summary>
    public V1PodSpec? Spec { get; set; }
}
