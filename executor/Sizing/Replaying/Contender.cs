namespace Executor.Sizing.Replaying;

/// <summary>A way to size one task class, as a replay tries it.</summary>
internal abstract class Contender
{
    /// <summary>The bytes of a task's first try; null to leave it as it was asked for.</summary>
    /// <param name="task">The task, of which no outcome may be looked at.</param>
    /// <param name="runningSeconds">For how long all tasks of the class that run now have run.</param>
    public abstract double? Allocate(TraceTask task, double runningSeconds);

    /// <summary>The bytes of the try after one that was not enough.</summary>
    public virtual double Retry(TraceTask task, double failedBytes) => 2 * failedBytes;

    /// <summary>A try has been given too little; told at once, before any other task is launched.</summary>
    public virtual void OutOfMemory(double failedBytes)
    {
    }

    /// <summary>A task has ended, after the tries that were not enough.</summary>
    public abstract void Ended(TraceTask task, IReadOnlyList<double> failedBytes);
}
