using System.Text;
using Executor.Contracts.Reporting;
using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>Reads the facts from a pod that has ended, by itself or by the platform.</summary>
internal static class EndedPods
{
    // What a process gets that is asked to end, and what it gets when it does not. The runner answers the first by this very exit code.
    private const int Killed = 128 + 9;

    // Signals have numbers up to 64, and a container that a signal ended has 128 more as its exit code.
    private const int FirstSignal = 128;
    private const int LastSignal = 128 + 64;

    /// <summary>The facts of a pod that goes on.</summary>
    public static AttemptFacts Seen(PodSight sight) => new()
    {
        Seen = sight.Now,
        Node = sight.Pod.Spec?.NodeName is { Length: > 0 } node ? node : null,
    };

    /// <summary>The facts of a pod that has ended.</summary>
    /// <param name="sight">The pod.</param>
    /// <param name="isGone">True if it is no longer there, so that nothing more will be known of it.</param>
    public static AttemptFacts Read(PodSight sight, bool isGone)
    {
        var status = PodReading.Task(sight);
        var end = PodReading.TaskEnd(sight) ?? (isGone ? status?.State?.Terminated : null);
        var report = end?.Message is { } message ? TerminationSlots.Decode(Encoding.UTF8.GetBytes(message)) : null;

        // Process 1 is the runner, which reports before it ends by itself: a code like that of a signal without such a report is a signal's.
        var signal = end?.Signal is { } told and > 0 ? told
            : end is { ExitCode: > FirstSignal and <= LastSignal and not RunnerExitCodes.Terminated } && report?.Phase != AttemptPhase.Failed
                ? end.ExitCode - FirstSignal
            : (int?)null;
        var facts = Seen(sight) with
        {
            ExitCode = signal is null && !NeverStarted(end) ? end?.ExitCode : null,
            Signal = signal,
            OutOfMemory = end?.Reason == PodWords.OutOfMemory || status?.LastState?.Terminated?.Reason == PodWords.OutOfMemory,
            Report = report,
        };
        return facts with { Platform = Platform(sight, status, end, isGone) };
    }

    private static PlatformEnd Deleted { get; } = new(PlatformCause.Deleted, "somebody deleted its pod");

    private static PlatformEnd? Platform(PodSight sight, V1ContainerStatus? status, V1ContainerStateTerminated? end, bool isGone)
    {
        var pod = sight.Pod;
        if (end is { ExitCode: 0 } && pod.Status?.Phase != PodWords.Failed)
        {
            return null;
        }

        if (Disruption.Find(sight) is { } disruption)
        {
            return disruption;
        }

        if (end is not null)
        {
            return FromContainer(pod, end);
        }

        var isDeleted = isGone || pod.Metadata?.DeletionTimestamp is not null;
        if (PodReading.FailedInit(sight) is { } init)
        {
            return isDeleted && InitFailures.IsKilled(init) ? Deleted : InitFailures.Judge(sight, init);
        }

        if (status?.State?.Running is not null)
        {
            return PodReading.IsUnreachable(sight) ? new(PlatformCause.NodeLost, "its node does not answer")
                : isDeleted ? Deleted
                : new(PlatformCause.Vanished, Words("its pod is marked as ended while its container ran", pod.Status));
        }

        return isDeleted && string.IsNullOrEmpty(pod.Status?.Reason)
            ? Deleted
            : new(PlatformCause.StartFailed, Words("its node has not taken it", pod.Status));
    }

    private static PlatformEnd? FromContainer(V1Pod pod, V1ContainerStateTerminated end) => end.Reason switch
    {
        // ContainerCannotRun is dockershim's word, until 1.23.
        "StartError" or "ContainerCannotRun" => PlatformWords.IsUnusable(end.Message)
            ? new(PlatformCause.InvalidConfiguration, $"its container cannot be started: {PlatformWords.Clean(end.Message)}")
            : new(PlatformCause.StartFailed, $"its node failed to start its container: {PlatformWords.Clean(end.Message)}"),
        "ContainerStatusUnknown" => new(PlatformCause.Vanished, "its container is gone from its node, as after a restart of the node"),
        _ when pod.Metadata?.DeletionTimestamp is not null && end is { ExitCode: Killed or RunnerExitCodes.Terminated } or { Signal: > 0 } =>
            Deleted,
        _ => null,
    };

    private static bool NeverStarted(V1ContainerStateTerminated? end) => end?.Reason is "StartError" or "ContainerCannotRun";

    private static string Words(string what, V1PodStatus? status)
    {
        var words = PlatformWords.Clean(string.Join(": ", new[] { status?.Reason, status?.Message }.Where(text => !string.IsNullOrEmpty(text))));
        return words.Length == 0 ? what : $"{what}: {words}";
    }
}
