using Executor.Kubernetes.Models;

namespace Executor.TestKit.Kubernetes.FakeNodes;

/// <summary>What fake nodes are like.</summary>
public sealed class FakeNodeOptions
{
    /// <summary>The namespace whose pods they take.</summary>
    public required string NamespaceName { get; init; }

    /// <summary>What the task of a pod does.</summary>
    public required FakeRunner Runner { get; init; }

    /// <summary>Tells these nodes from all others of the cluster; part of their names and the value of their label and taint.</summary>
    public required string Pool { get; init; }

    /// <summary>How many nodes.</summary>
    public int Count { get; init; } = 2;

    /// <summary>How many pods each may have. Enough by default that no test waits for room.</summary>
    public int PodsPerNode { get; init; } = 1000;

    /// <summary>How much processor each has.</summary>
    public string Cpu { get; init; } = "1000";

    /// <summary>How much memory each has.</summary>
    public string Memory { get; init; } = "4Ti";

    /// <summary>
    /// True to bind pods to the nodes, too, as a scheduler does: where the API server has none. Node selectors and nodes to be avoided are heeded, room is not.
    /// </summary>
    public bool Binds { get; init; }

    /// <summary>Is told of each pod when it is first seen, by whichever node, and mostly before it has one. One call at a time; it must not wait.</summary>
    public Action<V1Pod> OnSeen { get; init; } = _ => { };

    /// <summary>Is told of each pod's end: who, and when, by <see cref="TimeProvider.GetTimestamp"/>, its last status was sent. From any thread.</summary>
    public Action<FakeTask, long> OnEnding { get; init; } = (_, _) => { };

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
