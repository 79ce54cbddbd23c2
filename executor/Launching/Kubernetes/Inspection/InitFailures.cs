using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Inspection;

/// <summary>Decides what it means that an init container has failed, so that the pod never starts.</summary>
internal static class InitFailures
{
    private const int FirstSignal = 128;

    /// <summary>True if a signal ended it.</summary>
    public static bool IsKilled(V1ContainerStatus init) => init.State?.Terminated is { ExitCode: > FirstSignal } or { Signal: > 0 };

    /// <summary>
    /// Killed, out of memory or a full disk is the node's failure. Else the container that brings the runner cannot do it in this pod at all, and a
    /// container of the task's own has failed as the task itself may.
    /// </summary>
    public static PlatformEnd Judge(PodSight sight, V1ContainerStatus init)
    {
        var end = init.State!.Terminated!;
        var words = PlatformWords.Clean(end.Message) is { Length: > 0 } text ? $": {text}" : "";
        if (end.Reason == PodWords.OutOfMemory)
        {
            return new(PlatformCause.StartFailed, $"its init container {init.Name} ran out of memory{words}");
        }

        if (IsKilled(init))
        {
            return new(PlatformCause.StartFailed, $"its init container {init.Name} was killed (exit code {end.ExitCode}){words}");
        }

        if (PlatformWords.IsTransient(end.Message))
        {
            return new(PlatformCause.StartFailed, $"its init container {init.Name} failed with exit code {end.ExitCode}{words}");
        }

        return init.Name == sight.RunnerContainer
            ? new(PlatformCause.InvalidConfiguration, $"the task runner could not be brought into its pod (exit code {end.ExitCode}){words}")
            : new(PlatformCause.InitFailed, $"its init container {init.Name} failed with exit code {end.ExitCode}{words}");
    }
}
