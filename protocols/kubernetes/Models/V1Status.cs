namespace Executor.Kubernetes.Models;

/// <summary>The API server's answer to what it does not answer with an object (meta/v1 Status).</summary>
public sealed class V1Status : IKubernetesObject<V1ListMeta>
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; } = "v1";

    /// <inheritdoc/>
    public string? Kind { get; set; } = "Status";

    /// <inheritdoc/>
    public V1ListMeta Metadata { get; set; } = new();

    /// <summary><c>Success</c> or <c>Failure</c>.</summary>
    public string? Status { get; set; }

    /// <summary>For people.</summary>
    public string? Message { get; set; }

    /// <summary>For programs: one word such as <c>NotFound</c>, <c>AlreadyExists</c>, <c>Conflict</c>, <c>Expired</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>The HTTP status.</summary>
    public int? Code { get; set; }

    /// <summary>What it is about.</summary>
    public V1StatusDetails? Details { get; set; }
}

/// <summary>What a status is about (meta/v1 StatusDetails).</summary>
public sealed class V1StatusDetails
{
    /// <summary>The object's name.</summary>
    public string? Name { get; set; }

    /// <summary>The object's group.</summary>
    public string? Group { get; set; }

    /// <summary>The object's kind, or its resource in lower case: servers differ.</summary>
    public string? Kind { get; set; }

    /// <summary>The object's UID.</summary>
    public string? Uid { get; set; }

    /// <summary>Each thing that was wrong.</summary>
    public IList<V1StatusCause>? Causes { get; set; }

    /// <summary>Seconds to wait before the request is repeated.</summary>
    public int? RetryAfterSeconds { get; set; }
}

/// <summary>One thing that was wrong with a request (meta/v1 StatusCause).</summary>
public sealed class V1StatusCause
{
    /// <summary>One word, such as <c>FieldValueInvalid</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>For people.</summary>
    public string? Message { get; set; }

    /// <summary>The field as a path, such as <c>spec.containers[0].image</c>.</summary>
    public string? Field { get; set; }
}
