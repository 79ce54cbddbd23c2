namespace Executor.Cluster;

/// <summary>The product's images, and how images are pulled.</summary>
internal sealed record ClusterImages
{
    /// <summary>Holds the runner.</summary>
    public required string Runner { get; init; }

    /// <summary>Holds runner and host of .NET tasks.</summary>
    public required string Dotnet { get; init; }

    /// <summary>Holds the executor.</summary>
    public required string Driver { get; init; }

    /// <summary>Holds the shuffle store.</summary>
    public required string Store { get; init; }

    /// <summary>The image of commands and scripts that name none; null where they must name one.</summary>
    public string? Default { get; init; }

    /// <summary>When images are pulled; null leaves it to the cluster.</summary>
    public string? PullPolicy { get; init; }

    /// <summary>Secrets with credentials for registries.</summary>
    public IReadOnlyList<string> PullSecrets { get; init; } = [];
}
