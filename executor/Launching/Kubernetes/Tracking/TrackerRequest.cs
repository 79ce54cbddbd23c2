using Executor.Contracts.Identity;
using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Tracking;

/// <summary>Something to be done about an attempt, which the tracker leaves to whoever has a connection.</summary>
/// <param name="Kind">What.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Subject">The object that it is about; null where there is none.</param>
internal sealed record TrackerRequest(TrackerRequestKind Kind, AttemptId Attempt, V1ObjectMeta? Subject)
{
    /// <summary>For <see cref="TrackerRequestKind.WriteStatus"/> what was known when it was asked: the tracker may have forgotten the attempt by the time it is written.</summary>
    public AttemptObjects Objects { get; init; }
}

/// <summary>What may have to be done about an attempt.</summary>
internal enum TrackerRequestKind
{
    /// <summary>Read the events of its pod.</summary>
    ReadEvents,

    /// <summary>Read its Job, which has no pod, and the Job's events.</summary>
    ReadJob,

    /// <summary>Delete its Job: it will not come to an end by itself.</summary>
    GiveUp,

    /// <summary>Write the Job's terminal status, if that is the executor's to write.</summary>
    WriteStatus,
}
