namespace Executor.Kubernetes.Client;

/// <summary>Which objects to list or to delete, and how.</summary>
public sealed record ListOptions
{
    /// <summary>Such as <c>run=a,task in (x,y),!done</c>; null for all.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Such as <c>status.phase=Pending</c>; which fields there are depends on the kind. Null for all.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>The most objects of a page; null for all at once. 500 by default, as kubectl.</summary>
    public int? Limit { get; init; } = 500;

    /// <summary>The page to go on with, from <see cref="Models.V1ListMeta.ContinueProperty"/>; null for the first.</summary>
    public string? ContinueParameter { get; init; }

    /// <summary>
    /// Null for the newest state. Else at least this version, out of the server's cache; <c>0</c> is any version, perhaps an old one.
    /// </summary>
    public string? ResourceVersion { get; init; }

    /// <summary><c>NotOlderThan</c> or <c>Exact</c> with <see cref="ResourceVersion"/>; null for the server's choice.</summary>
    public string? ResourceVersionMatch { get; init; }
}

/// <summary>How to write.</summary>
public sealed record WriteOptions
{
    /// <summary>Who owns the fields that are written; null for <see cref="KubernetesClientOptions.FieldManager"/>.</summary>
    public string? FieldManager { get; init; }

    /// <summary>True checks the request and does nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Server-side apply only: takes fields from other managers instead of failing with 409.</summary>
    public bool Force { get; init; }

    /// <summary>What to do about unknown fields: <c>Ignore</c>, <c>Warn</c>, <c>Strict</c> (1.25); null for the server's default.</summary>
    public string? FieldValidation { get; init; }

    /// <summary>The part to write, such as <c>status</c>; null for the object.</summary>
    public string? Subresource { get; init; }
}

/// <summary>Which lines of a container's log to read.</summary>
public sealed record PodLogOptions
{
    /// <summary>The container; may be null in a pod of one.</summary>
    public string? Container { get; init; }

    /// <summary>True goes on until the container ends.</summary>
    public bool Follow { get; init; }

    /// <summary>True reads the container's run before its last restart.</summary>
    public bool Previous { get; init; }

    /// <summary>True puts a time in RFC 3339 in front of each line.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Only lines since then; null for all.</summary>
    public DateTimeOffset? SinceTime { get; init; }

    /// <summary>Only the last lines; null for all.</summary>
    public long? TailLines { get; init; }

    /// <summary>At most so many bytes; null for all.</summary>
    public long? LimitBytes { get; init; }
}

/// <summary>Where a command runs, and with which streams. None of them is disposed of.</summary>
public sealed record PodExecOptions
{
    /// <summary>The container; may be null in a pod of one.</summary>
    public string? Container { get; init; }

    /// <summary>
    /// What the command reads; null for nothing. The protocol cannot say that it has ended: a command that waits for the end of its input never ends.
    /// </summary>
    public Stream? Stdin { get; init; }

    /// <summary>Takes what the command writes; null drops it.</summary>
    public Stream? Stdout { get; init; }

    /// <summary>Takes what the command writes to standard error; null drops it.</summary>
    public Stream? Stderr { get; init; }
}
