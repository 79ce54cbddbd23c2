using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Pods;

/// <summary>What tells an object from all others, and one state of it from another.</summary>
internal static class ObjectIdentity
{
    /// <summary>A copy of the name, the namespace, the UID and the version alone.</summary>
    public static V1ObjectMeta Of(V1ObjectMeta metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return new V1ObjectMeta
        {
            Name = metadata.Name,
            NamespaceProperty = metadata.NamespaceProperty,
            Uid = metadata.Uid,
            ResourceVersion = metadata.ResourceVersion,
        };
    }
}
