namespace Executor.TestKit.Charts;

/// <summary>What a chart is rendered for.</summary>
public sealed record ChartRequest
{
    /// <summary>The release's name.</summary>
    public string Release { get; init; } = "demo";

    /// <summary>The namespace it is installed into.</summary>
    public string Namespace { get; init; } = "batch";

    /// <summary>The cluster's version, without <c>v</c>.</summary>
    public string KubeVersion { get; init; } = "1.34.0";

    /// <summary>The text of a values file that is merged over the chart's own; null for none.</summary>
    public string? Values { get; init; }

    /// <summary>Values for <c>--set</c>, as <c>key.below=value</c>.</summary>
    public IReadOnlyList<string> Set { get; init; } = [];

    /// <summary>True for an upgrade, false for an installation.</summary>
    public bool IsUpgrade { get; init; }

    /// <summary>A YAML list of the objects that templates find in the cluster; null for none.</summary>
    public string? ExistingObjects { get; init; }
}
