using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;

namespace Executor.TaskRunner.Tests.Processes;

/// <summary>A runner that reads one slice of a partition: what some of the producing instances wrote, and nothing else, whatever the store sends.</summary>
public sealed class SliceTests(RunnerFixture fixture) : IClassFixture<RunnerFixture>
{
    private const int Producers = 4;

    [Fact]
    public async Task It_reads_what_the_instances_of_its_range_wrote()
    {
        await MakeAsync("whole");
        using var runner = fixture.Start(Reader("whole", 1, 3));

        var (code, log) = await runner.EndAsync();

        Assert.True(code == 0, log);
        Assert.Equal(["row-1", "row-2"], log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(0, 2)]
    public async Task It_refuses_blocks_outside_of_its_range_from_a_store_that_does_not_know_ranges(int from, int to)
    {
        var task = $"old-{from}";
        await MakeAsync(task);
        await using var old = await RangelessStore.StartAsync(fixture.Store.Address);
        var descriptor = Reader(task, from, to);
        using var runner = fixture.StartAt(old.Address, descriptor);

        var (code, log) = await runner.EndAsync();

        Assert.Equal(1, old.RangesLost);
        Assert.Equal(RunnerExitCodes.InvalidDescriptor, code);
        Assert.Contains("which was not asked for; it may be of an older version", log, StringComparison.Ordinal);
        foreach (var other in Enumerable.Range(0, Producers).Where(index => index < from || index >= to))
        {
            Assert.DoesNotContain($"row-{other}", log, StringComparison.Ordinal);
        }

        Assert.Null(await fixture.CommitOfAsync(descriptor));
        Assert.NotEqual(AttemptPhase.Committed, (await runner.ReportAsync()).Phase);
    }

    private async Task MakeAsync(string task)
    {
        for (var index = 0; index < Producers; index++)
        {
            var make = AttemptHarness.Shell(task, "echo row-$EXECUTOR_INDEX") with
            {
                Attempt = new AttemptId(AttemptHarness.Run, task, index, 0, 1),
                Outputs = [AttemptHarness.Output("rows", DataFormat.Lines)],
            };
            using var runner = fixture.Start(make);
            var (code, log) = await runner.EndAsync();
            Assert.True(code == 0, log);
        }

        await fixture.SealAsync(task, "rows", 1, Producers);
    }

    /// <summary>A task that says on standard error what it reads, so that it is in the log.</summary>
    private static TaskDescriptor Reader(string task, int from, int to) => AttemptHarness.Shell($"{task}-reader", "cat >&2") with
    {
        Inputs = [AttemptHarness.Input($"{task}.rows", DataFormat.Lines, partition: 0) with { Sources = new InstanceRange(from, to) }],
    };
}
