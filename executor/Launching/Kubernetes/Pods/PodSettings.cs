namespace Executor.Launching.Kubernetes.Pods;

/// <summary>What all task pods of a run have in common.</summary>
internal sealed record PodSettings
{
    /// <summary>The image that holds the runner in <c>/executor</c>; an init container copies it from there.</summary>
    public required string RunnerImage { get; init; }

    /// <summary>The image of .NET tasks that name none: it holds runner and host.</summary>
    public required string DotnetImage { get; init; }

    /// <summary>The image of commands and scripts that name none; null where every such task must name one.</summary>
    public string? DefaultImage { get; init; }

    /// <summary>When images of the product and of tasks that say nothing else are pulled; null leaves it to the cluster.</summary>
    public string? ImagePullPolicy { get; init; }

    /// <summary>Secrets with credentials for registries, by name, in addition to a task's own.</summary>
    public IReadOnlyList<string> ImagePullSecrets { get; init; } = [];

    /// <summary>The workflow's name.</summary>
    public required string Workflow { get; init; }

    /// <summary>What owns every Job of the run.</summary>
    public required ObjectReference Anchor { get; init; }

    /// <summary>The Secret with the run's key.</summary>
    public required string RunSecret { get; init; }

    /// <summary>True where <see cref="RunSecret"/> has the authorities of the store's certificate, too.</summary>
    public bool HasStoreAuthorities { get; init; }

    /// <summary>The name that the store's certificate is for; null for the host of its address.</summary>
    public string? StoreServerName { get; init; }

    /// <summary>How runners write their logs.</summary>
    public string LogFormat { get; init; } = "json";
}

/// <summary>An object as an owner reference names it.</summary>
/// <param name="ApiVersion">Group and version.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Name">The name.</param>
/// <param name="Uid">The UID.</param>
internal sealed record ObjectReference(string ApiVersion, string Kind, string Name, string Uid);
