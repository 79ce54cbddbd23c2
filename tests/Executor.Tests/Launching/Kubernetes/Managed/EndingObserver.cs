using Executor.Driving;

namespace Executor.Tests.Launching.Kubernetes.Managed;

/// <summary>Ends the driver that tells it of an attempt, as a kill would, where a predicate says so.</summary>
internal sealed class EndingObserver(Predicate<AttemptRow>? ends = null) : IRunObserver
{
    public List<AttemptRow> Attempts { get; } = [];

    public void Progress(RunProgress progress)
    {
    }

    public void AttemptEnded(AttemptRow attempt)
    {
        Attempts.Add(attempt);
        if (ends?.Invoke(attempt) == true)
        {
            throw new DriverKilledException();
        }
    }

    public void Notice(string message)
    {
    }
}

/// <summary>The driver's end.</summary>
internal sealed class DriverKilledException() : Exception("the driver is ended here on purpose");
