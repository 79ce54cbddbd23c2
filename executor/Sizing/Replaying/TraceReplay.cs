namespace Executor.Sizing.Replaying;

/// <summary>
/// Runs a trace again, as its tasks were launched, with other allocations (research protocol of docs/sizing.md): tasks by their start; an outcome is known once its task had
/// completed by then; a try that is given less than its peak fails at the end of its run time; nobody gets more than <see cref="MaxBytes"/>. Start and end stay as recorded. A pure function.
/// </summary>
internal static class TraceReplay
{
    /// <summary>The most that a task can get: 128 GB.</summary>
    public const double MaxBytes = 128e9;

    private const double GigabyteHour = 1e9 * 3600;

    /// <summary>What a task was given in the trace; twice its peak where that is not known.</summary>
    public static double AskedFor(TraceTask task) => task.PresetBytes ?? (2 * task.PeakBytes);

    /// <summary>Replays tasks, which are in the order of their starts.</summary>
    /// <param name="tasks">The tasks.</param>
    /// <param name="contender">Makes a contender for a class.</param>
    public static ReplayResult Run(IEnumerable<TraceTask> tasks, Func<Contender> contender)
    {
        var classes = new Dictionary<string, RunningClass>(StringComparer.Ordinal);
        var flying = new PriorityQueue<(TraceTask Task, List<double> Failed), (double, int)>();
        var result = new ReplayResult(0, 0, 0, 0, 0);
        foreach (var task in tasks)
        {
            while (flying.TryPeek(out var ended, out var known) && known.Item1 <= task.Start)
            {
                flying.Dequeue();
                classes[ended.Task.Class].End(ended.Task, ended.Failed);
            }

            if (!classes.TryGetValue(task.Class, out var running))
            {
                classes.Add(task.Class, running = new RunningClass(contender()));
            }

            var failed = new List<double>();
            var bytes = Math.Min(running.Contender.Allocate(task, running.Seconds(task.Start)) ?? AskedFor(task), MaxBytes);
            while (bytes < task.PeakBytes)
            {
                failed.Add(bytes);
                running.Contender.OutOfMemory(bytes);
                if (bytes >= MaxBytes)
                {
                    break;
                }

                bytes = Math.Min(running.Contender.Retry(task, bytes), MaxBytes);
            }

            running.Start(task);
            flying.Enqueue((task, failed), (task.Complete, result.Tasks));
            var lost = failed.Sum() * task.Seconds / GigabyteHour;
            result = new ReplayResult(
                result.Tasks + 1,
                result.UsedGigabyteHours + (task.PeakBytes * task.Seconds / GigabyteHour),
                result.WastedGigabyteHours + lost + (Math.Max(0, bytes - task.PeakBytes) * task.Seconds / GigabyteHour),
                result.LostGigabyteHours + lost,
                result.OutOfMemory + (failed.Count > 0 ? 1 : 0));
        }

        return result;
    }

    private sealed class RunningClass(Contender contender)
    {
        private double _starts;
        private int _count;

        public Contender Contender => contender;

        public double Seconds(double now) => Math.Max(0, ((_count * now) - _starts) / 1000);

        public void Start(TraceTask task)
        {
            _starts += task.Start;
            _count++;
        }

        public void End(TraceTask task, List<double> failed)
        {
            _starts -= task.Start;
            _count--;
            contender.Ended(task, failed);
        }
    }
}
