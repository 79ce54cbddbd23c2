using Executor.Kubernetes.Client;
using Executor.Kubernetes.Informers;

namespace Executor.Launching.Kubernetes.Watching;

/// <summary>Tells people of a watch that failed, where that is news.</summary>
internal static class WatchFailures
{
    /// <summary>
    /// Tells it, unless it is silence, which a watch of objects that do not change brings on servers that send few bookmarks, or the lack of a right that
    /// the watch can do without.
    /// </summary>
    public static void Tell(InformerFailure failure, string what, Action<string> tell)
    {
        ArgumentNullException.ThrowIfNull(failure);
        ArgumentNullException.ThrowIfNull(tell);
        if (failure.Exception is not (TimeoutException or KubernetesException { IsForbidden: true }))
        {
            tell($"the watch of {what} was interrupted, trying again: {failure.Exception.Message}");
        }
    }
}
