using System.Text.Json.Serialization;

namespace Executor.Kubernetes.Models;

/// <summary>Asks whether the caller may do something (authorization.k8s.io/v1 SelfSubjectAccessReview).</summary>
public sealed class V1SelfSubjectAccessReview : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = "authorization.k8s.io/v1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "SelfSubjectAccessReview";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>The question.</summary>
    public V1SelfSubjectAccessReviewSpec? Spec { get; set; }

    /// <summary>The answer.</summary>
    public V1SubjectAccessReviewStatus? Status { get; set; }
}

/// <summary>The question of an access review (authorization.k8s.io/v1 SelfSubjectAccessReviewSpec).</summary>
public sealed class V1SelfSubjectAccessReviewSpec
{
    /// <summary>The access in question.</summary>
    public V1ResourceAttributes? ResourceAttributes { get; set; }
}

/// <summary>An access to a resource (authorization.k8s.io/v1 ResourceAttributes).</summary>
public sealed class V1ResourceAttributes
{
    /// <summary>The namespace; null for all, or for a cluster-scoped resource.</summary>
    [JsonPropertyName("namespace")]
    public string? NamespaceProperty { get; set; }

    /// <summary><c>get</c>, <c>list</c>, <c>watch</c>, <c>create</c>, <c>update</c>, <c>patch</c>, <c>delete</c>, <c>deletecollection</c>.</summary>
    public string? Verb { get; set; }

    /// <summary>The API group; empty for core.</summary>
    public string? Group { get; set; }

    /// <summary>The plural in lower case.</summary>
    public string? Resource { get; set; }

    /// <summary>Such as <c>log</c>, <c>status</c>, <c>eviction</c>.</summary>
    public string? Subresource { get; set; }

    /// <summary>One object; null for all.</summary>
    public string? Name { get; set; }
}

/// <summary>The answer of an access review (authorization.k8s.io/v1 SubjectAccessReviewStatus).</summary>
public sealed class V1SubjectAccessReviewStatus
{
    /// <summary>True when the access is allowed.</summary>
    public bool Allowed { get; set; }

    /// <summary>Why, where the authorizer says so.</summary>
    public string? Reason { get; set; }

    /// <summary>What went wrong while answering; the answer may hold nevertheless.</summary>
    public string? EvaluationError { get; set; }
}
