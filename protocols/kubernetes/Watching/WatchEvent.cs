using Executor.Kubernetes.Models;

namespace Executor.Kubernetes.Watching;

/// <summary>What a watch tells. ERROR has no value here: it ends the watch with a <see cref="Client.KubernetesException"/>.</summary>
public enum WatchEventType
{
    /// <summary>The object was created, or has come to fit the selectors, or was there when a watch without a version began.</summary>
    Added,

    /// <summary>The object changed.</summary>
    Modified,

    /// <summary>The object is gone, or does not fit the selectors any more; its last state comes along.</summary>
    Deleted,

    /// <summary>Nothing happened up to a version, from which a watch can go on.</summary>
    Bookmark,
}

/// <summary>One event of a watch.</summary>
/// <typeparam name="T">What is watched.</typeparam>
/// <param name="Type">What happened.</param>
/// <param name="Value">The object after it; null for a bookmark.</param>
/// <param name="ResourceVersion">The version from which a watch goes on after this event.</param>
public readonly record struct WatchEvent<T>(WatchEventType Type, T? Value, string? ResourceVersion)
    where T : class, IKubernetesObject<V1ObjectMeta>;

/// <summary>What to watch.</summary>
public sealed record WatchOptions
{
    /// <summary>As of <see cref="Client.ListOptions.LabelSelector"/>.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>As of <see cref="Client.ListOptions.FieldSelector"/>.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>
    /// Only what happened after this version, of a list or an event. Null begins with an <see cref="WatchEventType.Added"/> for each object of some
    /// recent state.
    /// </summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Asks for bookmarks, about one a minute. True by default.</summary>
    public bool AllowWatchBookmarks { get; init; } = true;

    /// <summary>Seconds after which the server ends the watch; null for its choice, of half an hour to an hour.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>The longest line that is taken, in bytes. 8 MiB by default: etcd takes objects of 1.5 MiB.</summary>
    public int MaxLineBytes { get; init; } = 8 * 1024 * 1024;
}
