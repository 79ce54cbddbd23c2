using System.Globalization;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Reporting;
using Executor.TaskRunner.Native;

namespace Executor.TaskRunner.Tests.Processes;

public sealed class RunnerProcessTests(RunnerFixture fixture) : IClassFixture<RunnerFixture>
{
    [Fact]
    public async Task It_commits_through_flight()
    {
        var descriptor = AttemptHarness.Task("real", "seq", "1", "1000") with
        {
            Outputs = [AttemptHarness.Output("text", DataFormat.Lines, kind: PartitioningKind.Hash, count: 4, columns: ["line"])],
        };
        using var runner = fixture.Start(descriptor);

        var (code, log) = await runner.EndAsync();

        Assert.True(code == 0, log);
        Assert.Equal("", log);
        Assert.Equal(AttemptPhase.Committed, (await runner.ReportAsync()).Phase);
        Assert.Equal(1000, (await fixture.CommitOfAsync(descriptor))!.Outputs[0].Partitions.Sum(partition => partition.Rows));
    }

    [Theory]
    [InlineData("exit 5", 5)]
    [InlineData("kill -KILL $$", 137)]
    public async Task The_end_of_the_body_is_passed_through(string script, int expected)
    {
        using var runner = fixture.Start(AttemptHarness.Shell("failing", script));

        Assert.Equal(expected, (await runner.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Sigterm_reaches_the_body_and_is_reported()
    {
        var ready = NewFifo();
        using var runner = fixture.Start(AttemptHarness.Shell(
            "terminated", $"trap 'echo stopping >&2; exit 0' TERM; echo > {ready}; sleep 1000 & wait"));
        await File.ReadAllTextAsync(ready, TestContext.Current.CancellationToken);

        _ = Libc.Kill(runner.Process.Id, Libc.SignalTerminate);

        var (code, log) = await runner.EndAsync();
        Assert.Equal(RunnerExitCodes.Terminated, code);
        Assert.Contains("stopping", log, StringComparison.Ordinal);
        Assert.Equal(AttemptFailure.Terminated, (await runner.ReportAsync()).Failure);
    }

    [Fact]
    public async Task A_runner_that_is_killed_leaves_a_report()
    {
        var ready = NewFifo();
        using var runner = fixture.Start(AttemptHarness.Shell("killed", $"echo here >&2; echo $$ > {ready}; read line; exit 0"));
        var body = int.Parse(await File.ReadAllTextAsync(ready, TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);

        _ = Libc.Kill(runner.Process.Id, Libc.SignalKill);
        _ = Libc.Kill(-body, Libc.SignalKill);
        await runner.EndAsync();

        var report = await runner.ReportAsync();
        Assert.Equal(AttemptPhase.Running, report.Phase);
        Assert.Null(report.Failure);
        Assert.NotNull(report.Usage);
    }

    [Fact]
    public async Task A_runner_whose_parent_is_gone_ends_with_its_body()
    {
        var ready = NewFifo();
        using var parent = fixture.Start(
            AttemptHarness.Shell("orphaned", $"trap '' TERM; echo $$ > {ready}; exec sleep 1000"), "sh", "-c", "\"$0\"; true");
        var body = await File.ReadAllTextAsync(ready, TestContext.Current.CancellationToken);

        _ = Libc.Kill(parent.Process.Id, Libc.SignalKill);

        // The standard error that both inherited is at its end when both are gone.
        await parent.EndAsync();
        Assert.False(File.Exists($"/proc/{body.Trim()}/stat"), "the body still runs");
        Assert.Equal(AttemptFailure.Terminated, (await parent.ReportAsync()).Failure);
    }

    [Fact]
    public async Task Orphans_are_reaped_while_the_body_runs()
    {
        // The innermost process is orphaned and ends; its entry goes away only when the runner, its new parent, waits for it.
        var descriptor = AttemptHarness.Shell("orphans", "pid=$(sh -c 'sh -c : & echo $!'); while [ -e /proc/$pid ]; do :; done; echo gone >&2");
        using var runner = fixture.Start(descriptor with { Timeout = TimeSpan.FromSeconds(60) });

        var (code, log) = await runner.EndAsync();

        Assert.True(code == 0, log);
        Assert.Equal("gone\n", log);
    }

    [Fact]
    public async Task Descendants_that_left_the_group_are_killed_with_the_body()
    {
        var file = Path.Combine(fixture.Folder, "escaped");
        using var runner = fixture.Start(AttemptHarness.Shell(
            "escape", $"setsid sh -c 'echo $$ > {file}.new; mv {file}.new {file}; exec sleep 1000' & while [ ! -e {file} ]; do :; done"));

        var (code, log) = await runner.EndAsync();

        Assert.True(code == 0, log);
        var pid = (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Trim();
        Assert.False(File.Exists($"/proc/{pid}/stat"), "the escaped process still runs");
    }

    [Fact]
    public async Task Memory_does_not_grow_with_the_data()
    {
        const int bytes = 300_000_000;
        using var make = fixture.Start(AttemptHarness.Shell("make", $"head -c {bytes} /dev/zero | tr '\\0' x | fold -w 999") with
        {
            Outputs = [AttemptHarness.Output("text", DataFormat.Lines, kind: PartitioningKind.RoundRobin, count: 50)],
        });
        var (code, log) = await make.EndAsync();
        Assert.True(code == 0, log);
        await fixture.SealAsync("make", "text", 50);

        using var read = fixture.Start(AttemptHarness.Shell("read", "wc -c >&2") with
        {
            Inputs = [AttemptHarness.Input("make.text", DataFormat.Lines)],
        });
        (code, log) = await read.EndAsync();

        Assert.True(code == 0, log);
        Assert.Equal(bytes + (bytes / 999), int.Parse(log, CultureInfo.InvariantCulture), 1.0);
        Assert.InRange((await make.ReportAsync()).Usage!.PeakMemoryBytes, 1, 230 << 20);
        Assert.InRange((await read.ReportAsync()).Usage!.PeakMemoryBytes, 1, 200 << 20);
    }

    private string NewFifo()
    {
        var path = Path.Combine(fixture.Folder, Guid.NewGuid().ToString("n"));
        using var process = System.Diagnostics.Process.Start("mkfifo", path);
        process.WaitForExit();
        return path;
    }
}
