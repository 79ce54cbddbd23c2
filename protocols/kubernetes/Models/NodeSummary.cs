namespace Executor.Kubernetes.Models;

/// <summary>What a kubelet has measured of its pods a moment ago (kubelet stats/v1alpha1 Summary), as far as it tells of CPU and memory.</summary>
public sealed class NodeSummary
{
    /// <summary>The pods whose containers run.</summary>
    public IList<PodStats?>? Pods { get; set; }
}

/// <summary>What a pod used a moment ago (kubelet stats/v1alpha1 PodStats).</summary>
public sealed class PodStats
{
    /// <summary>Which pod.</summary>
    public PodReference? PodRef { get; set; }

    /// <summary>By container.</summary>
    public IList<ContainerStats?>? Containers { get; set; }
}

/// <summary>Names a pod (kubelet stats/v1alpha1 PodReference).</summary>
public sealed class PodReference
{
    /// <summary>The pod's uid; a static pod's is not the one that the API server has.</summary>
    public string? Uid { get; set; }
}

/// <summary>What a container used a moment ago (kubelet stats/v1alpha1 ContainerStats).</summary>
public sealed class ContainerStats
{
    /// <summary>The container.</summary>
    public string? Name { get; set; }

    /// <summary>Its CPU.</summary>
    public CpuStats? Cpu { get; set; }

    /// <summary>Its memory.</summary>
    public MemoryStats? Memory { get; set; }
}

/// <summary>CPU that was used (kubelet stats/v1alpha1 CPUStats).</summary>
public sealed class CpuStats
{
    /// <summary>UTC, when it was measured.</summary>
    public DateTime? Time { get; set; }

    /// <summary>Thousand-millionths of a core, on average over the kubelet's window of some 10 s; null for a container that is too young for one.</summary>
    public long? UsageNanoCores { get; set; }
}

/// <summary>Memory that was used (kubelet stats/v1alpha1 MemoryStats).</summary>
public sealed class MemoryStats
{
    /// <summary>Bytes without page cache that can be given up at once.</summary>
    public long? WorkingSetBytes { get; set; }
}
