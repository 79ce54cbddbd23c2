namespace Executor.Workflows.Model;

/// <summary>Names that Kubernetes has for resources beside CPU and memory (core/v1 ResourceName).</summary>
internal static class ResourceNames
{
    /// <summary>The disk of a node that a container may fill.</summary>
    public const string EphemeralStorage = "ephemeral-storage";

    /// <summary>What <c>gpu</c> is short for: whole devices of NVIDIA's device plugin.</summary>
    public const string Gpu = "nvidia.com/gpu";
}
