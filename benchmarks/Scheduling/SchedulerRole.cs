using System.Diagnostics;
using System.Text.Json;
using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Running;
using Executor.Driving;
using Executor.Launching.InProcess;
using Executor.Planning;
using Executor.Scheduling;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Objects.InMemory;

namespace Executor.Benchmarks.Scheduling;

/// <summary>One measured run in a process of its own, so that its peak memory is its own.</summary>
internal static class SchedulerRole
{
    /// <summary>The first argument of the process.</summary>
    internal const string Name = "scheduler-run";

    private const string Run = "measured";
    private const int Parallel = 500;

    internal static async Task RunAsync(Options options)
    {
        var tasks = options.Count("tasks", 1);
        var instances = options.Count("instances", 100_000);
        var peer = options.Text("peer") is not null;
        options.RejectOthers();
        var figures = peer ? await LoopAsync(instances) : await DriveAsync(Graphs.Chain(tasks, instances), instances);
        Console.WriteLine(JsonSerializer.Serialize(figures with { PeakBytes = ProcessMemory.PeakBytes(), CpuSeconds = Environment.CpuUsage.TotalTime.TotalSeconds }));
    }

    private static async Task<SchedulerFigures> DriveAsync(RunPlan plan, int instances)
    {
        await using var objects = new MemoryObjectStore();
        await using var engine = new ShuffleEngine(objects);
        await using var channel = new InProcessShuffleChannel(engine);
        await using var records = new InProcessRunRecords(engine);
        var body = new NoOpTasks();
        var descriptors = new DescriptorFactory(plan, Run, [new Uri("http://127.0.0.1:1")]);
        var options = new DriverOptions
        {
            Describe = descriptors.Create,
            Scheduling = new SchedulerOptions { MaxParallel = Parallel, PendingLimit = Parallel },
        };

        var watch = Stopwatch.StartNew();
        try
        {
            await using var doomed = new InProcessLauncher(body.RunAsync, Parallel, channel, TimeProvider.System);
            await RunDriver.RunAsync(
                plan, Run, records, doomed, options, new CrashingObserver(instances / 2), CancellationToken.None, CancellationToken.None);
            throw new InvalidOperationException("the first driver was to be ended half-way");
        }
        catch (DriverCrash)
        {
            // What it knew is gone but for what is in the store.
        }

        var crashed = watch.Elapsed.TotalSeconds;
        await using var launcher = new InProcessLauncher(body.RunAsync, Parallel, channel, TimeProvider.System);
        var result = await RunDriver.RunAsync(
            plan, Run, records, launcher, options, new CrashingObserver(null), CancellationToken.None, CancellationToken.None);
        var seconds = watch.Elapsed.TotalSeconds;
        if (result.End != RunEnd.Succeeded || result.Progress.Tasks.Sum(task => task.Done) != instances)
        {
            throw new InvalidOperationException($"the run ended with {result.End}: {result.Message}");
        }

        var journal = new List<long>();
        long stored = 0;
        await foreach (var entry in objects.ListAsync("", CancellationToken.None))
        {
            stored += entry.Length;
            if (entry.Key.Contains("/journal/", StringComparison.Ordinal))
            {
                journal.Add(entry.Length);
            }
        }

        return new SchedulerFigures(seconds)
        {
            SecondsToCrash = crashed,
            Started = body.Started,
            Failed = body.Failed,
            RunAfterCommit = body.RunAfterCommit,
            JournalEntries = journal.Count,
            JournalBytes = journal.Sum(),
            StoredBytes = stored,
        };
    }

    /// <summary>The same number of asynchronous calls that do nothing, as many at a time, with nothing kept and nothing survived.</summary>
    private static async Task<SchedulerFigures> LoopAsync(int instances)
    {
        var done = 0;
        var watch = Stopwatch.StartNew();
        await System.Threading.Tasks.Parallel.ForEachAsync(
            Enumerable.Range(0, instances),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel },
            async (_, _) =>
            {
                await Task.Yield();
                Interlocked.Increment(ref done);
            });
        return new SchedulerFigures(watch.Elapsed.TotalSeconds) { Started = done };
    }
}

/// <summary>What a run of no-op tasks came to.</summary>
/// <param name="Seconds">From its beginning to its end, the crash and the take-over within.</param>
internal sealed record SchedulerFigures(double Seconds)
{
    public double SecondsToCrash { get; init; }

    public double CpuSeconds { get; init; }

    public long PeakBytes { get; init; }

    public int Started { get; init; }

    public int Failed { get; init; }

    public int RunAfterCommit { get; init; }

    public int JournalEntries { get; init; }

    public long JournalBytes { get; init; }

    public long StoredBytes { get; init; }
}
