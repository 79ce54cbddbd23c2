using Executor.Scheduling;

namespace Executor.Tests.Scheduling;

/// <summary>Sizes two of three tasks by their instances' numbers, below and above what they ask for; tasks with even ordinals go by probes, those with odd ones by what they read.</summary>
internal sealed class SimulatedSizer : IAttemptSizer
{
    public bool AwaitsProbe(int task, RunState state) => Sizes(task) && task % 2 == 0 && state.Task(task).Committed == 0;

    public AttemptSize? SizeOf(AttemptRef attempt, RunState state, long? largestBytes, DateTimeOffset now)
    {
        if (!Sizes(attempt.Task))
        {
            return null;
        }

        var exhausted = state.Instance(attempt.Task, attempt.Index).ExhaustedBytes;
        var bytes = exhausted > 0 ? 2 * exhausted : Plans.Memory / 4 * (1 + attempt.Index);
        return new AttemptSize(Math.Min(bytes, largestBytes ?? long.MaxValue), attempt.Index % 2 == 0 ? 50 + attempt.Index : null);
    }

    public bool Sizes(int task) => task % 3 != 2;

    public bool WeighsInputs(int task) => task % 2 == 1;

    public long? MostBytes(int task) => null;
}
