using Executor.Contracts.Descriptors;
using Executor.Contracts.Reporting;

namespace Executor.TestKit.Kubernetes.FakeNodes;

/// <summary>What process 1 of a pod does, from its start to its exit. What it throws, but for its cancellation, ends it with exit code 1.</summary>
/// <param name="task">The pod.</param>
/// <param name="cancellationToken">Cancelled when the pod is deleted or its node is lost.</param>
public delegate Task<FakeExit> FakeRunner(FakeTask task, CancellationToken cancellationToken);

/// <summary>A pod as its runner sees it.</summary>
/// <param name="Descriptor">What it was given to run.</param>
/// <param name="Incarnation">The pod's UID.</param>
/// <param name="Node">Where it runs.</param>
public sealed record FakeTask(TaskDescriptor Descriptor, string Incarnation, string Node);

/// <summary>How process 1 of a pod ended.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Report">The last report, for the termination message; none if null.</param>
/// <param name="Eviction">What the node says of why it evicted the pod, whose end this is; null if it did not.</param>
public sealed record FakeExit(int Code, TerminationReport? Report = null, string? Eviction = null);
