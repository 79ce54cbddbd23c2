using System.Text.Json.Nodes;

namespace Executor.TestKit.Kubernetes;

/// <summary>What kind of API server the fake one is.</summary>
public sealed class FakeApiOptions
{
    /// <summary>The version: <c>spec.managedBy</c> of Jobs is kept since 1.32, <c>policy/v1</c> evictions are known since 1.22.</summary>
    public (int Major, int Minor) Version { get; init; } = (1, 36);

    /// <summary>The clock for creation and deletion times and for the time-outs of watches.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How often every watch gets a bookmark; null for only when a test sends one.</summary>
    public TimeSpan? BookmarkInterval { get; init; }

    /// <summary>False serves HTTP/1.1 only.</summary>
    public bool Http2 { get; init; } = true;

    /// <summary>Answers a watch from a version that is too old with the HTTP status 410 instead of an ERROR event: servers do either.</summary>
    public bool ExpiredWatchAsStatus { get; init; }

    /// <summary>The tokens that are let in; empty lets everybody in.</summary>
    public HashSet<string> Tokens { get; } = [];

    /// <summary>Answers access reviews, from their <c>resourceAttributes</c>.</summary>
    public Func<JsonObject, bool> Allows { get; set; } = _ => true;

    /// <summary>The most objects of a kind in a namespace, by namespace and qualified plural such as <c>jobs.batch</c>.</summary>
    public Dictionary<(string NamespaceName, string Qualified), int> Quotas { get; } = [];

    /// <summary>The API groups that it says it has, with their versions. It takes objects of any group.</summary>
    public HashSet<string> ApiGroups { get; } =
        ["apps/v1", "authorization.k8s.io/v1", "batch/v1", "coordination.k8s.io/v1", "policy/v1", "storage.k8s.io/v1"];

    /// <summary>True makes a disruption budget refuse every eviction.</summary>
    public bool RefusesEvictions { get; set; }

    public bool IsAtLeast(int major, int minor) => Version.CompareTo((major, minor)) >= 0;
}
