using Executor.Driving;

namespace Executor.Benchmarks.Scheduling;

/// <summary>Ends the driver that tells it of so many ended attempts, as a kill would: in the middle of its work, with attempts under way.</summary>
/// <param name="after">The attempts; never if null.</param>
internal sealed class CrashingObserver(int? after) : IRunObserver
{
    private int _ended;

    public void Progress(RunProgress progress)
    {
    }

    public void AttemptEnded(AttemptRow attempt)
    {
        if (++_ended == after)
        {
            throw new DriverCrash();
        }
    }

    public void Notice(string message) => Console.Error.WriteLine(message);
}

/// <summary>The driver's end.</summary>
internal sealed class DriverCrash() : Exception("the driver is ended here on purpose");
