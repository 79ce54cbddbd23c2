using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Outcomes;

namespace Executor.Accounting;

/// <summary>The sums over a task's attempts; constant in size whatever their number. Not thread-safe.</summary>
/// <param name="task">The task's name.</param>
/// <param name="memoryBytes">The memory that it asks for.</param>
internal sealed class TaskTotals(string task, long memoryBytes)
{
    private const double BytesPerGigabyte = 1e9;

    public string Task { get; } = task;

    /// <summary>Attempts that ended in this command.</summary>
    public int Attempts { get; private set; }

    /// <summary>Those with a commit.</summary>
    public int Succeeded { get; private set; }

    /// <summary>Those that failed by the task's own fault.</summary>
    public int Failed { get; private set; }

    /// <summary>Those that failed by the fault of what runs them, or were cancelled.</summary>
    public int Lost { get; private set; }

    public double WallSeconds { get; private set; }

    public double LongestSeconds { get; private set; }

    public double CpuSeconds { get; private set; }

    /// <summary>CPU seconds that were asked for: cores times wall time.</summary>
    public double CpuSecondsRequested { get; private set; }

    public long PeakMemoryBytes { get; private set; }

    /// <summary>The most memory that was asked for an attempt; what the task asks for if that is more.</summary>
    public long MemoryRequestedBytes { get; private set; } = memoryBytes;

    /// <summary>Memory asked for and not used, over time, in 10^9 bytes times seconds; all of what a failed attempt asked for is wasted.</summary>
    public double WastedGigabyteSeconds { get; private set; }

    public long InputBytes { get; private set; }

    public long OutputBytes { get; private set; }

    public long InputRows { get; private set; }

    public long OutputRows { get; private set; }

    /// <summary>True if a peak is that of the largest single process, or of a heartbeat.</summary>
    public bool PeakIsLowerBound { get; private set; }

    /// <summary>Adds one attempt.</summary>
    public void Add(AttemptRow row)
    {
        Attempts++;
        var cause = row.Outcome.Cause;
        var succeeded = cause == AttemptCause.Succeeded;
        Succeeded += succeeded ? 1 : 0;
        Failed += cause is AttemptCause.Failed or AttemptCause.OutOfMemory or AttemptCause.TimedOut or AttemptCause.InvalidOutput
            or AttemptCause.Configuration or AttemptCause.ImagePull or AttemptCause.Unschedulable or AttemptCause.Infeasible ? 1 : 0;
        Lost = Attempts - Succeeded - Failed;
        var requested = row.Resources;
        MemoryRequestedBytes = Math.Max(MemoryRequestedBytes, requested.MemoryBytes);
        if (row.Usage is not { } usage)
        {
            return;
        }

        var wall = (usage.Ended - usage.Started).TotalSeconds;
        WallSeconds += wall;
        LongestSeconds = Math.Max(LongestSeconds, wall);
        CpuSeconds += usage.CpuSeconds;
        CpuSecondsRequested += wall * requested.CpuMillicores / 1000;
        PeakMemoryBytes = Math.Max(PeakMemoryBytes, usage.PeakMemoryBytes);
        PeakIsLowerBound |= usage.Source is not (MeasureSource.CgroupV1 or MeasureSource.CgroupV2);
        WastedGigabyteSeconds += wall / BytesPerGigabyte
            * (succeeded ? Math.Max(0, requested.MemoryBytes - usage.PeakMemoryBytes) : requested.MemoryBytes);
        if (succeeded)
        {
            InputBytes += usage.InputBytes;
            OutputBytes += usage.OutputBytes;
            InputRows += usage.InputRows;
            OutputRows += usage.OutputRows;
        }
    }
}
