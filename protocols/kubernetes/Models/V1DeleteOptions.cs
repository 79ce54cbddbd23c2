namespace Executor.Kubernetes.Models;

/// <summary>How to delete (meta/v1 DeleteOptions).</summary>
public sealed class V1DeleteOptions
{
    /// <summary>Deletes dependents after the object: the usual choice for a Job.</summary>
    public const string Background = "Background";

    /// <summary>Deletes dependents before the object.</summary>
    public const string Foreground = "Foreground";

    /// <summary>Leaves dependents where they are; the server's default for a Job that is deleted without a policy.</summary>
    public const string Orphan = "Orphan";

    /// <summary>Always <c>v1</c>.</summary>
    public string ApiVersion { get; set; } = "v1";

    /// <summary>Always <c>DeleteOptions</c>.</summary>
    public string Kind { get; set; } = "DeleteOptions";

    /// <summary>Seconds that a pod gets to end; 0 takes the object away at once. Null for the pod's own.</summary>
    public long? GracePeriodSeconds { get; set; }

    /// <summary><see cref="Background"/>, <see cref="Foreground"/> or <see cref="Orphan"/>; null for the kind's default.</summary>
    public string? PropagationPolicy { get; set; }

    /// <summary>What must hold; a deletion is refused with 409 Conflict otherwise.</summary>
    public V1Preconditions? Preconditions { get; set; }

    /// <summary><c>All</c> checks the request and does nothing.</summary>
    public IList<string>? DryRun { get; set; }
}

/// <summary>What must hold of an object that is deleted (meta/v1 Preconditions).</summary>
public sealed class V1Preconditions
{
    /// <summary>The object's UID: another object of the same name stays.</summary>
    public string? Uid { get; set; }

    /// <summary>The object's version: a changed object stays.</summary>
    public string? ResourceVersion { get; set; }
}

/// <summary>A deletion of a pod that disruption budgets may refuse (policy/v1 and policy/v1beta1 Eviction).</summary>
public sealed class V1Eviction : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = "policy/v1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "Eviction";

    /// <summary>Name and namespace of the pod.</summary>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>Grace period and preconditions.</summary>
    public V1DeleteOptions? DeleteOptions { get; set; }
}
