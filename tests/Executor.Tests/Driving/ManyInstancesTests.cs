using System.Diagnostics;
using Executor.Driving;
using Executor.Launching.InProcess;
using Executor.Scheduling;
using Executor.Tests.Scheduling;
using Xunit;

namespace Executor.Tests.Driving;

public sealed class ManyInstancesTests : IAsyncDisposable
{
    private const int Instances = 100_000;
    private const string Run = "many";
    private readonly MemoryRunRecords _records = new();

    [Fact]
    public async Task A_hundred_thousand_instances_take_few_entries_and_little_memory_of_the_driver()
    {
        var plan = Plans.Chain(Instances, 1);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var graph = new TaskGraph(plan);
        var scheduler = new Scheduler(new RunState(graph), new DescribedDefinitions(Descriptors.Of(plan, Run)), new SchedulerOptions { MaxParallel = 500 }, 0);
        scheduler.Restore(RestoredWorld.Empty, DateTimeOffset.UnixEpoch);
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.Equal(Instances, scheduler.State.Instances(0));
        Assert.True(held < 16 << 20, $"the scheduler of {Instances} instances takes {held} bytes");

        var watch = Stopwatch.StartNew();
        await using var launcher = new InProcessLauncher(
            (attempt, _) =>
            {
                _records.Commit(attempt.Descriptor.Attempt, attempt.Descriptor.Definition);
                return Task.FromResult(0);
            },
            500, null, TimeProvider.System);
        var options = new DriverOptions
        {
            Describe = Descriptors.Of(plan, Run),
            Scheduling = new SchedulerOptions { MaxParallel = 500, PendingLimit = 500 },
        };
        var result = await RunDriver.RunAsync(
            plan, Run, _records, launcher, options, new SilentObserver(), CancellationToken.None, TestContext.Current.CancellationToken);
        Assert.Equal(RunEnd.Succeeded, result.End);
        var entries = _records.Keys.Count(key => key.StartsWith("journal/", StringComparison.Ordinal));
        Assert.True(entries < Instances / 4, $"{entries} entries");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Instances} instances: {watch.Elapsed.TotalSeconds:0.0} s, {entries} entries, scheduler {held >> 20} MiB, "
            + $"managed heap {GC.GetTotalMemory(true) >> 20} MiB with all records in memory, peak working set {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB");

        watch.Restart();
        var status = await RunStatusReader.ReadAsync(_records, Run, plan, TestContext.Current.CancellationToken);
        Assert.Equal(Instances, status!.Progress.Tasks[0].Done);
        TestContext.Current.TestOutputHelper?.WriteLine($"reading the journal back: {watch.Elapsed.TotalSeconds:0.00} s");
    }

    public ValueTask DisposeAsync() => _records.DisposeAsync();

    private sealed class SilentObserver : IRunObserver
    {
        public void Progress(RunProgress progress)
        {
        }

        public void AttemptEnded(AttemptRow attempt)
        {
        }

        public void Notice(string message)
        {
        }
    }
}
